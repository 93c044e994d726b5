-- One macro a type: the text of a cell in, a typed value or NULL out. What was text and became NULL
-- is an issue. Fast paths first (ISO dates, plain numbers): the slow ones run only for the rows
-- that need them.

-- The month that a day counts for in this company (month_of.sql); a variable of the connection has
-- the day on which months begin.
create macro its_month(day) as month_of(day, getvariable('month_begins'));

-- Plain expressions only: a subquery inside a macro would be computed for every row, fast path or
-- not. A macro writes out its argument wherever it names it: what is long is put into a list of one
-- for a lambda, or planning a column would take longer than reading most files.
create macro half_width(t) as
  case when strlen(t) = length(t) then t else
  translate(t, '０１２３４５６７８９．－＋，％：／'
               || 'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ'
               || 'ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ（）',
               '0123456789.-+,%:/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz()') end;

-- Printable ASCII and Chinese characters without outer blanks need no repair; the rest loses
-- controls, odd blanks, and what is not seen but turns the direction of reading (names are held
-- against analytics/text.py, which does the same to what people type elsewhere).
create macro clean_text(t) as
  case when t is null then null
       when regexp_full_match(t, '[!-~一-鿿]([ -~一-鿿]*[!-~一-鿿])?') then t
       else nullif(trim(nfc_normalize(regexp_replace(t,
              '[\x{00A0}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}\s]+'
              || '|[\x{200B}-\x{200F}\x{2028}-\x{202E}\x{2060}-\x{206F}\x{00AD}\x{061C}\x{180E}'
              || '\x{FEFF}\x{FFF9}-\x{FFFB}\x{E0000}-\x{E0FFF}\x00-\x1F\x7F-\x{9F}]+',
              ' ', 'g'))), '') end;

create macro half_text(t) as list_transform([clean_text(t)], lambda s: half_width(s))[1];

-- An apostrophe in front is how a spreadsheet is told to keep an id as text; it is no part of the
-- id.
create macro clean_id(t) as
  case when regexp_full_match(t, '[!-&(-~][!-~]*') and not suffix(t, '.0') then t
       else nullif(regexp_replace(ltrim(half_text(t), '''‘’` '), '^(\d+)\.0$', '\1'), '') end;

-- ★★★★☆ is 4: a cell of nothing but stars.
create macro stars(t) as case when regexp_full_match(t, '[★⭐]+[☆]*|[☆]+')
  then length(regexp_replace(t, '[^★⭐]', '', 'g')) end;
create macro number_text(t) as
  replace(regexp_replace(half_text(t),
    '^(RMB|CNY|人民币|PHP|US\$|USD|EUR|HK\$|HKD|GBP|JPY|[￥¥$€₱£])\s*|\s*(元|分|次|件|天)$', '',
    'gi'), '−', '-');
create macro number_of(s) as
  case when regexp_full_match(s, '([-+]?\(?[\d,]*\.?\d+\)?|[-+]?\d[\d,]*\.)\s*[%‰‱千万亿Kk]?')
       then try_cast(replace(replace(replace(regexp_replace(s, '\s*[%‰‱千万亿Kk]$', ''), ',', ''),
         '(', '-'), ')', '') as double)
            * case right(s, 1) when '%' then 0.01 when '‰' then 0.001 when '‱' then 0.0001 when '千'
              then 1000 when 'K' then 1000 when 'k' then 1000 when '万' then 10000
                              when '亿' then 100000000 else 1 end end;
-- Whether a cell itself says that it is a share: 92 %, 4 ‰.
create macro is_share(t) as regexp_matches(t, '[%％‰‱]');
create macro number_slow(t) as coalesce(stars(trim(t)),
  list_transform([number_text(t)], lambda s: number_of(s))[1]);
create macro clean_number(t) as
  case when regexp_full_match(t, '[-+]?\d+(\.\d+)?([eE][-+]?\d+)?') then try_cast(t as double)
       else number_slow(t) end;
-- What a number becomes: v is clean_number(t), computed once a cell by whoever calls, since a macro
-- writes out all it is given.
create macro money_of(t, v) as
  case when regexp_full_match(t, '-?\d{1,15}(\.\d{1,2})?') then try_cast(t as decimal(18, 2))
       else try_cast(round(v, 2) as decimal(18, 2)) end;
create macro count_of(t, v) as
  case when regexp_full_match(t, '\d{1,9}') then try_cast(t as integer)
       when v = floor(v) and v between 0 and 1000000000 then v::integer end;

-- A slash date is read by the order that the whole column settled on: 'ymd', 'dmy' or 'mdy', never
-- cell by cell.
create macro month_named(s) as
  case when regexp_matches(s, '[A-Za-z]{3}') and not regexp_matches(s, '^\d{4}-\d')
       then regexp_replace(regexp_replace(regexp_replace(s,
              '^([A-Za-z]{3})[a-z]*\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](\d{4}|\d{2})\b',
                '\2-\1-\3'),
              '^(\d{1,2})(?:st|nd|rd|th)?[ -]?(?:of )?([A-Za-z]{3})[a-z]*\.?,?[ -]?(\d{4}|\d{2})\b',
                '\1-\2-\3'),
              '^(\d{4})[ -]([A-Za-z]{3})[a-z]*\.?[ -](\d{1,2})\b', '\3-\2-\1')
       else s end;
create macro without_weekday(s) as
  trim(regexp_replace(s,
    '\(?(?:星期|礼拜|周)[一二三四五六日天]\)?|\([一二三四五六日]\)'
    || '|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b[.,]?', '', 'gi'), ', ');
-- Six digits are a year of two, month and day: the column's order decides over them as over
-- 26-04-01. 26年 says that it is the year.
create macro with_parts(s) as
  case when regexp_full_match(s, '\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])')
    and not regexp_full_match(s, '(19|20)\d{2}(0[1-9]|1[0-2])')
       then regexp_replace(s, '(\d\d)(\d\d)(\d\d)', '\1-\2-\3')
       when regexp_matches(s, '^\d{2}年') then '20' || s else s end;
create macro with_hyphens(s) as
  regexp_replace(trim(regexp_replace(translate(s, '年月日./', '-- --'), '\s*-\s*', '-', 'g'), '- '),
    '[T ]\d.*$|[T ]$', '');
create macro date_text(t) as
  list_transform(list_transform([without_weekday(half_text(t))], lambda s: month_named(s)),
    lambda s: with_hyphens(with_parts(s)))[1];
create macro date_of(d, day_order, serial_epoch) as
  case
    when regexp_full_match(d, '\d{4}-\d{1,2}-\d{1,2}') then try_cast(d as date)
    when regexp_full_match(d, '(19|20)\d{6}') then try_strptime(d, '%Y%m%d')::date
    when regexp_full_match(d, '\d{1,2}-\d{1,2}-\d{4}') and day_order = 'dmy'
      then try_strptime(d, '%d-%m-%Y')::date
    when regexp_full_match(d, '\d{1,2}-\d{1,2}-\d{4}') and day_order = 'mdy'
      then try_strptime(d, '%m-%d-%Y')::date
    when regexp_full_match(d, '\d{1,2}-\d{1,2}-\d{2}') and day_order = 'dmy'
      then try_strptime(d, '%d-%m-%y')::date
    when regexp_full_match(d, '\d{1,2}-\d{1,2}-\d{2}') and day_order = 'mdy'
      then try_strptime(d, '%m-%d-%y')::date
    when regexp_full_match(d, '\d{1,2}-\d{1,2}-\d{2}') and day_order = 'ymd'
      then try_strptime(d, '%y-%m-%d')::date
    when regexp_full_match(d, '\d{1,2}-[A-Za-z]{3}-\d{4}') then try_strptime(d, '%d-%b-%Y')::date
    when regexp_full_match(d, '\d{1,2}-[A-Za-z]{3}-\d{2}') and day_order = 'ymd'
      then try_strptime(d, '%y-%b-%d')::date
    when regexp_full_match(d, '\d{1,2}-[A-Za-z]{3}-\d{2}') then try_strptime(d, '%d-%b-%y')::date
    when regexp_full_match(d, '[2-7]\d{4}') then serial_epoch + try_cast(d as integer)
  end;

-- A moment with an offset (Z is one) is told in the time of China; 23:59:17 is the midnight of web
-- exporters.
create macro with_offset(s) as regexp_full_match(s,
  '\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|UTC|[+-]\d{2}(:?\d{2})?)');
create macro offset_minutes(s) as
  case when s like '%Z' or s like '%UTC' then 0
       else (case regexp_extract(s, ':\d{2}(\.\d+)?\s*([+-])[\d:]+$', 2) when '-' then -1
         else 1 end)
            * (60 * regexp_extract(s, '[+-](\d{2})(:?\d{2})?$', 1)::integer
               + coalesce(try_cast(regexp_extract(s, '[+-]\d{2}:?(\d{2})$', 1) as integer), 0)) end;
create macro local_moment(s) as
  try_cast(replace(regexp_extract(s, '^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?'), 'T',
    ' ') as timestamp)
  + to_minutes(480 - offset_minutes(s));
create macro web_midnight(t) as case when contains(t, '23:59:17') then 1 else 0 end;
create macro is_iso(t) as (strlen(t) = 10 and t like '____-__-__')
  or (strlen(t) = 19 and t like '____-__-__ __:__:__');
-- The text of a date that is not written as every program can read it; computed once a cell by
-- whoever calls.
create macro slow_date(t) as case when is_iso(t) then null else date_text(t) end;
create macro clean_date(t, slow, day_order, serial_epoch) as
  case when strlen(t) = 10 and t like '____-__-__' then try_cast(t as date)
       when strlen(t) = 19 and t like '____-__-__ __:__:__'
         then try_cast(t[1:10] as date) + web_midnight(t)
       when with_offset(trim(t)) then local_moment(trim(t))::date
       else date_of(slow, day_order, serial_epoch) + web_midnight(t) end;
create macro clean_moment(t, slow, day_order, serial_epoch) as
  case when strlen(t) = 19 and t like '____-__-__ __:__:__' then try_cast(t as timestamp)
       when strlen(t) = 10 and t like '____-__-__' then try_cast(t as timestamp)
       when with_offset(trim(t)) then local_moment(trim(t))
       else list_transform([date_of(slow, day_order, serial_epoch)],
         lambda d: coalesce(try_cast(d || ' '
                     || nullif(regexp_extract(half_width(t), '(\d{1,2}:\d{2}(:\d{2})?)', 1),
                       '') as timestamp), d::timestamp))[1] end;

-- Words are compared as the file spells them: which spellings mean what is settled once per
-- distinct spelling (cells.py).
create macro word(t) as lower(half_text(t));
create macro clean_yes(t, yes, no) as case when list_contains(yes, t) then true
  when list_contains(no, t) then false end;
create macro clean_outcome(t, renewed, lost, still_open) as
  case when list_contains(renewed, t) then 'renewed' when list_contains(lost, t) then 'lost'
    when list_contains(still_open, t) then 'open' end;

-- Scores become points of 0–100 with six decimals, so that their sums are exact and the same on
-- every engine; one written as a percent is of 100 whatever the scale of the others.
create macro score_of(t, v, scale_max) as
  case when is_share(t) then case when v between 0 and 1
    then cast(round(v * 100, 6) as decimal(9, 6)) end
       when v between 0 and scale_max then cast(round(v * 100 / scale_max, 6) as decimal(9, 6)) end;
-- A net promoter score of −100…100 as points of 0–100; both bound values are taken so that every
-- macro's are used.
create macro nps_of(v, is_nps, scale_max) as
  case when is_nps and v between -scale_max and scale_max
    then cast(round((v + scale_max) / 2, 6) as decimal(9, 6)) end;
