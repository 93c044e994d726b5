"""A page of every context that Streamlit draws as Markdown, each filled with what somebody could
have typed."""

import streamlit as st

from pages.ui.i18n import md

PLAIN = "plain words"
INLINE = {
    "url": "http://evil.example/x HTTPS://Evil.example www.evil.example xWWW.evil.example",
    "address": "ftp://evil.example mailto:boss@x.cn xmpp:a@b.cn/x <http://evil.example>",
    "mail": "boss@x.cn a_b-c+d@x-y.cn",
    "link": "[l](http://evil.example) [a]: http://evil.example [^1] x[^1] [ ] x {.a}[b](c)",
    "image": '![i](http://evil.example/i.png) <img src=http://evil.example onerror="window.hit=1">',
    "script": "<script>window.hit=1</script> <!-- x --> <b>b</b> &lt;b&gt; &#64; &amp;",
    "colour": ":red[danger] :red :blue-background[x] :green-badge[x] :shimmer[x] :help[x] ::red[x]",
    "face": ":smile: :+1: a:100:b :material/home: :streamlit: 2026-04-01 12:30:45",
    "formula": "$x^2$ $$x^2$$ \\(x\\)",
    "code": "`code` ``` x ``` ~~~ x",
    "strong": "**b** __c__ ~~d~~ *e* a\\*b\\",
    "arrows": "a -> b <- c <-> d -- e >= f <= g ~= h",
}
FIRST = {  # what means something at the start of a line, or beside what the page puts around it
    "half_face": ":smile",
    "other_half": "smile:",
    "display": "$$\nx\n$$",
    "heading": "# head\n=====\n---",
    "fence": "~~~ x",
    "underline": "=====",
    "rule": "---",
    "list": "- item\n- other",
    "number": "1. item",
    "bracket": "1) item",
    "quote": "> q",
    "indent": "    code",
    "arrow": "->",
    "table": "|a|b|\n|-|-|\n|c|d|",
    "container": "::: x",
    "named": "姓名:小明[x]{.a}",
}
# A block of Markdown, a place inside a sentence, and a label are read in three ways: all kinds are
# tried in these, and in every other context all that stands within a line, and four that start one.
READINGS = {
    "markdown": st.markdown,
    "inside": lambda words: st.markdown(f"**a:{words}:b**"),
    "button": lambda words: st.button(words, key=f"b{words}"),
    "tabs": lambda words: st.tabs([words, "b"]),  # beside long ones stand arrows to scroll by
}
CONTEXTS = {
    "caption": st.caption,
    "subheader": lambda words: st.subheader(words, anchor=False),
    "error": st.error,
    "download": lambda words: st.download_button(words, b"x", key=f"d{words}"),
    "page_link": lambda words: st.page_link("https://x.invalid", label=words),
    "metric": lambda words: st.metric(words, words, words, delta_description=words),
    "expander": lambda words: st.expander(words).text(""),
    "checkbox": lambda words: st.checkbox(words, key=f"c{words}"),
    "radio": lambda words: st.radio("l", [words], key=f"r{words}", captions=[words]),
    "segments": lambda words: st.segmented_control("l", [words], key=f"s{words}"),
    "label": lambda words: st.selectbox(words, ["x"], key=f"l{words}"),
    "progress": lambda words: st.progress(0.5, words),
}
EVERY = {"plain": PLAIN, **INLINE, **FIRST}
SOME = {
    "plain": PLAIN,
    "inline": " ".join(INLINE.values()),
    **{kind: FIRST[kind] for kind in ("heading", "number", "quote", "half_face")},
}
PLACES = dict.fromkeys(READINGS, EVERY) | dict.fromkeys(CONTEXTS, SOME)

if __name__ == "__main__":
    for context, payloads in PLACES.items():
        for kind, words in payloads.items():
            with st.container(key=f"place-{context}-{kind}"):
                {**READINGS, **CONTEXTS}[context](md(words))
    st.text("END")
