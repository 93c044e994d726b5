// Streamlit 1.67 ships English only. Known strings of its interface are swapped in the page and
// restored on demand. The strings were read from its bundle: check them again after every upgrade.
const WORDS = {
  // file uploader
  "Upload": "上传文件",
  "Upload directories": "上传文件夹",
  "Add files": "添加文件",
  "add icon": "添加图标",
  "file upload": "文件上传",
  "Drag and drop a file here": "将文件拖放到此处",
  "Drag and drop files here": "将文件拖放到此处",
  "Drag and drop directories here": "将文件夹拖放到此处",
  "Error:": "错误：",
  "Connection lost. Please wait for the app to reconnect, then try again.": "连接已断开，请等待重新连接后再试。",
  // select boxes
  "Choose options": "请选择（可多选）",
  "Choose an option": "请选择",
  "Choose or add options": "请选择或添加（可多选）",
  "Choose or add an option": "请选择或添加",
  "Add options": "添加选项",
  "Add an option": "添加选项",
  "No options to select": "没有可选项",
  "No results": "没有匹配项",
  "Select all": "全选",
  "Clear all": "全部清除",
  "Clear value": "清除",
  "Open": "展开",
  "Dismiss": "关闭",
  "Selected values": "已选",
  "Multiselect options": "选项",
  "Selectbox options": "选项",
  // text, number, date, time
  "Press Enter to apply": "按回车键生效",
  "Press Ctrl+Enter to apply": "按 Ctrl+回车键生效",
  "Press ⌘+Enter to apply": "按 ⌘+回车键生效",
  "Press Enter to submit form": "按回车键提交",
  "Press Ctrl+Enter to submit form": "按 Ctrl+回车键提交",
  "Press ⌘+Enter to submit form": "按 ⌘+回车键提交",
  "Show password": "显示密码",
  "Hide password": "隐藏密码",
  "Clear entry": "清除输入",
  "Invalid input.": "输入无效。",
  "Increment": "增加",
  "Decrement": "减少",
  "Number is above the allowed range.": "数值超出上限。",
  "Number is below the allowed range.": "数值低于下限。",
  "Choose date": "选择日期",
  "Choose date range": "选择日期范围",
  "Date range": "日期范围",
  "Clear date": "清除日期",
  "Clear dates": "清除日期",
  "Clear time": "清除时间",
  "Quick select a date range": "快速选择日期范围",
  "Previous month": "上个月",
  "Next month": "下个月",
  "Empty": "空",
  "Use arrow keys to navigate dates. Enter to select. Escape to close.": "用方向键移动日期，回车键选择，Esc 键关闭。",
  "Invalid time format. Please use HH:MM.": "时间格式无效，请使用 HH:MM。",
  "Invalid time format. Please use HH:MM:SS or HH:MM.": "时间格式无效，请使用 HH:MM:SS 或 HH:MM。",
  // tables
  "Show/hide columns": "显示或隐藏列",
  "Download as CSV": "下载 CSV",
  "Search": "搜索",
  "Fullscreen": "全屏",
  "Close fullscreen": "退出全屏",
  "Clear selection": "清除选择",
  "Add row": "添加行",
  "Delete row(s)": "删除行",
  "Type to search": "输入以搜索",
  "Previous Result": "上一个结果",
  "Next Result": "下一个结果",
  "Close Search": "关闭搜索",
  "(index)": "（索引）",
  "Dataframe column menu": "列菜单",
  "Sort ascending": "升序",
  "Sort descending": "降序",
  "Format": "格式",
  "Autosize": "自动列宽",
  "Pin column": "固定列",
  "Unpin column": "取消固定",
  "Hide column": "隐藏列",
  "Copy column name": "复制列名",
  "Statistics": "统计",
  "Automatic": "自动",
  "Localized": "本地格式",
  "Plain": "原样",
  "Compact": "紧凑",
  "Dollar": "美元",
  "Euro": "欧元",
  "Yen": "日元",
  "Percent": "百分比",
  "Scientific": "科学计数",
  "Accounting": "会计",
  "Distance": "距今",
  "Calendar": "日历",
  "Count": "计数",
  "Distinct": "不同值",
  "Minimum": "最小值",
  "Maximum": "最大值",
  "Average": "平均值",
  "Median": "中位数",
  "Standard deviation": "标准差",
  "Sum": "合计",
  "Range": "范围",
  "Average length": "平均长度",
  "Minimum length": "最短长度",
  "Maximum length": "最长长度",
  "Based on sample": "基于抽样",
  "No data": "没有数据",
  "empty": "空",
  "Loading...": "加载中……",
  "Failed to load data": "数据加载失败",
  "Previous page": "上一页",
  "Next page": "下一页",
  "Pagination": "分页",
  "Copy to clipboard": "复制",
  "Copied": "已复制",
  "Download failed": "下载失败",
  "Failed to generate file for download": "文件生成失败，请重试",
  "Not available": "此文件已不可下载，请刷新页面",
  // frame
  "Skip to main content": "跳到主要内容",
  "Sidebar": "侧边栏",
  "Collapse sidebar": "收起侧边栏",
  "Expand sidebar": "展开侧边栏",
  "App pages": "页面",
  "View less": "收起",
  "Scroll tabs left": "标签向左滚动",
  "Scroll tabs right": "标签向右滚动",
  "Notifications": "通知",
  "Close": "关闭",
  "Cancel": "取消",
  "Done": "完成",
  "Retry": "重试",
  "Try again": "重试",
  "Running...": "运行中……",
  "Stopping...": "正在停止……",
  "Stop": "停止",
  "Rerun": "重新运行",
  "Always rerun": "始终重新运行",
  "Please wait...": "请稍候……",
  "Connecting": "正在连接",
  "Connecting to Streamlit server": "正在连接服务器",
  "Unable to connect to Streamlit server": "无法连接服务器",
  "Connection error": "连接错误",
  "Connection timed out.": "连接超时。",
  "Reconnected to server.": "已重新连接。",
  "Streamlit server is not responding. Are you connected to the internet?": "服务器没有响应，请检查网络连接。",
  "Page not found": "找不到页面",
  "The page that you have requested does not seem to exist. Running the app's main page.":
    "您访问的页面不存在，已打开首页。",
  "Main menu": "主菜单",
  "Theme": "主题",
  "System": "跟随系统",
  "Light": "浅色",
  "Dark": "深色",
  "Print": "打印",
  "Record screen": "录制屏幕",
  "Stop recording": "停止录制",
  "About": "关于",
  "Get help": "获取帮助",
  "Report a bug": "报告问题",
  "Clear cache": "清除缓存",
  "Settings": "设置",
  "Warning": "警告",
  "Error": "错误",
};

const PATTERNS = [
  [/^([\d.]+ ?[KMGT]?B) per file$/, "每个文件不超过 $1"],
  [/^File must be ([\d.]+ ?[KMGT]?B) or smaller\.$/, "文件不能超过 $1。"],
  [/^(.+) files are not allowed\.$/, "不支持 $1 类型的文件。"],
  [/^Remove (.+)$/, "移除 $1"],
  [/^Add: (.+)$/, "添加：$1"],
  [/^Select (\d+) matches$/, "选择 $1 个匹配项"],
  [/^(\d+) options? available\.$/, "$1 个可选项"],
  [/^You can only select up to (\d+) options?\. Remove an option first\.$/, "最多选择 $1 项，请先移除一项。"],
  [/^View (\d+) more$/, "再显示 $1 项"],
  [/^Page (\d+)$/, "第 $1 页"],
  [/^Choose date(?: range)?, (.+)$/, "选择日期，$1"],
  [/^(?:year), (.+)$/, "年，$1"],
  [/^(?:month), (.+)$/, "月，$1"],
  [/^(?:day), (.+)$/, "日，$1"],
  [/^(.+) start date$/, "$1 开始日期"],
  [/^(.+) end date$/, "$1 结束日期"],
  [/^Please enter a value less than or equal to (.+)\.$/, "请输入不大于 $1 的数值。"],
  [
    /^Number is above the allowed range\. Please enter a value less than or equal to (.+)\.$/,
    "数值超出上限，请输入不大于 $1 的数值。",
  ],
  [
    /^Number is below the allowed range\. Please enter a value greater than or equal to (.+)\.$/,
    "数值低于下限，请输入不小于 $1 的数值。",
  ],
  [
    /^Number is outside the allowed range\. Please enter a value between (.+) and (.+)\.$/,
    "请输入 $1 到 $2 之间的数值。",
  ],
];

const ATTRIBUTES = ["aria-label", "placeholder", "title", "aria-valuetext"];
// Content belongs to the app and its data: only Streamlit's own words are ours to change.
const CONTENT = [
  "pre, code, textarea, script, style, svg, table, .figure, .stPlotlyChart, [contenteditable]",
  "[data-testid=stText], [data-testid=stIconMaterial]",
].join(", ");
const OWN = [
  "[data-testid=stFileUploader] button",
  "[data-testid=stTooltipContent]",
  "[data-testid=stTooltipErrorContent]",
].join(", ");
const BULK = /^(Select all|No results|You can only .+|Select \d+ matches|Add: .+)$/;

let lang = "en";
let observer;
const done = new WeakMap(); // node -> Map(attribute or "" for text -> [English, translated])

function translated(text) {
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  for (const [pattern, words] of PATTERNS) {
    if (pattern.test(text)) return translatedTail(text.replace(pattern, words));
  }
}
// "year, 区间 start date" carries two phrases
const translatedTail = (text) =>
  text.replace(/ start date$/, " 开始日期").replace(/ end date$/, " 结束日期");

function swap(node, slot, get, set) {
  const now = get();
  const known = done.get(node)?.get(slot);
  if (lang === "en") {
    if (known && now === known[1]) set(known[0]);
    return;
  }
  if (!now || now.length > 200 || (known && now === known[1])) return;
  if (!/[A-Za-z]{2}|^\(/.test(now)) return;
  const bare = now.trim();
  const words = translated(bare);
  if (words === undefined) return;
  const next = now.replace(bare, () => words);
  if (!done.has(node)) done.set(node, new Map());
  done.get(node).set(slot, [now, next]);
  set(next);
}

function visitText(node) {
  const parent = node.parentElement;
  if (!parent || parent.closest(CONTENT)) return;
  if (parent.closest("[data-testid=stMarkdownContainer]") && !parent.closest(OWN)) return;
  if (parent.closest("[role=option]") && lang !== "en" && !BULK.test(node.data.trim())) return;
  swap(node, "", () => node.data, (text) => (node.data = text));
}

function visitElement(element) {
  if (element.closest("svg, .figure, .stPlotlyChart") || element.matches("[role=option]")) return;
  for (const name of ATTRIBUTES) {
    if (!element.hasAttribute(name)) continue;
    const get = () => element.getAttribute(name);
    const set = (text) => element.setAttribute(name, text);
    swap(element, name, get, set);
  }
}

function visit(root) {
  if (root.nodeType === Node.TEXT_NODE) return visitText(root);
  if (root.nodeType !== Node.ELEMENT_NODE || root.closest("svg, .figure, .stPlotlyChart")) return;
  visitElement(root);
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    node.nodeType === Node.TEXT_NODE ? visitText(node) : visitElement(node);
  }
}

function apply(wanted) {
  const page = wanted === "zh" ? "zh-CN" : wanted;
  if (document.documentElement.lang !== page) document.documentElement.lang = page;
  if (lang === wanted) return;
  lang = wanted;
  observer?.disconnect();
  visit(document.body);
  if (lang === "en") return;
  observer ??= new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      if (type === "childList") addedNodes.forEach(visit);
      else if (type === "characterData") visitText(target);
      else visitElement(target);
    }
  });
  observer.observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ATTRIBUTES,
  });
}

export default function ({ data, parentElement }) {
  const box = parentElement.closest("[data-testid=stElementContainer]");
  if (box) box.style.display = "none"; // no gap in the layout
  apply(data.lang);
}
