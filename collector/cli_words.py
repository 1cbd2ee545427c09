"""What ``preclaim-collector`` says in a terminal, in English and Chinese."""

from __future__ import annotations

import os
from typing import Final

LANGUAGES: Final = ("en", "zh")
WORDS: Final[dict[str, tuple[str, str]]] = {
    "prog": (
        "Stores what agents report, decides by policy and opens pre-claims.",
        "存储代理上报的内容，按策略决策，并生成预索赔。",
    ),
    "serve": ("run intake, jobs and pages", "运行接收、作业和页面"),
    "migrate": ("bring the store to the newest schema", "将存储升级到最新结构"),
    "restored": (
        "after a backup was put back: let agents send again what they keep",
        "恢复备份之后：让代理重新发送其保留的内容",
    ),
    "show-config": (
        "check the configuration and print what it means",
        "检查配置并显示其含义",
    ),
    "import-registry": (
        "import a list of deliveries or of spare parts; a dry run unless --confirm",
        "导入交付清单或备件清单；不加 --confirm 时仅试运行",
    ),
    "export-rma": (
        "write the master list of claims (CSV or XLSX, text cells only)",
        "导出预索赔总表（CSV 或 XLSX，全部为文本单元格）",
    ),
    "help_rma_file": (
        "the file to write: NAME.csv or NAME.xlsx",
        "输出文件：NAME.csv 或 NAME.xlsx",
    ),
    "help_maker": ("only of this maker", "仅此品牌"),
    "help_buyer": ("only of this buyer", "仅此买方"),
    "help_rma_since": ("opened on this day (UTC) or later", "开立日期（UTC）不早于"),
    "help_rma_until": ("opened on this day (UTC) or earlier", "开立日期（UTC）不晚于"),
    "rma_written": ("{count} lines written to {file}", "已将 {count} 行写入 {file}"),
    "broker": ("run the embedded broker alone", "单独运行内置代理服务器（MQTT）"),
    "quarantine": (
        "list, show, replay or drop what was not accepted",
        "列出、查看、重放或删除未被接受的内容",
    ),
    "ingest-file": (
        "take a file that preclaim-agent outbox export wrote",
        "接收由 preclaim-agent outbox export 写出的文件",
    ),
    "verify-log": (
        "walk the history of every pre-claim; 1 when an entry was altered or a column differs",
        "检查每条预索赔的历史；如有条目被改动或字段不一致，退出码为 1",
    ),
    "log_event": (
        "{number} (line {line}): the history was altered at entry {seq}; restore a backup from"
        " before, or keep the store as evidence",
        "{number}（行 {line}）：历史在条目 {seq} 处被改动；请恢复此前的备份，或保留该存储作为证据",
    ),
    "log_column": (
        "{number} (line {line}): column {column} says {stored}, the history {told}",
        "{number}（行 {line}）：字段 {column} 为 {stored}，历史记录为 {told}",
    ),
    "log_broken": (
        "{broken} of {lines} claim lines and firmware cases do not follow ({events} entries read)",
        "{lines} 个索赔行与固件案例中有 {broken} 个不一致（共读取 {events} 个条目）",
    ),
    "log_whole": (
        "whole: {lines} claim lines and firmware cases, {events} entries",
        "完整：{lines} 个索赔行与固件案例，{events} 个条目",
    ),
    "gaps": (
        "show which numbered rows of an agent never came, and why",
        "显示代理的哪些编号行从未到达及其原因",
    ),
    "answer": (
        "write what was decided on a claim of a partner, signed, for the partner's collector",
        "将对合作方索赔的处理结果写成签名文件，供其采集端导入",
    ),
    "import-answer": (
        "take the factory's answer to a claim that was sent there as a pack",
        "导入工厂对已发送索赔包的答复",
    ),
    "reply": (
        "write what the buyer said to a factory's decisions, signed, for the factory's collector",
        "将买方对工厂裁定的回应写成签名文件，供工厂采集端导入",
    ),
    "import-reply": (
        "take what the buyer says to our decisions on a claim that came as a pack",
        "导入买方对本方裁定的回应（该索赔以资料包方式送达）",
    ),
    "help_reply": ("the reply's file", "回复文件"),
    "reply_none": (
        "there is nothing to reply: no factory has answered the claim, or the buyer said nothing",
        "没有可回复的内容：尚无工厂答复该索赔，或买方未作回应",
    ),
    "help_answers": ("folder for the files", "文件写入的目录"),
    "help_answer": ("the answer's file", "答复文件"),
    "answer_made": ("{file}: for {partner}", "{file}：供 {partner}"),
    "answer_none": (
        "there is nothing to answer: the claim came from no partner, or nobody has taken it up",
        "没有可答复的内容：该索赔并非来自合作方，或尚无人处理",
    ),
    "answer_taken": ("line {line} is now: {state}", "索赔行 {line} 现为：{state}"),
    "answer_known": (
        "nothing new in it; line {line} is: {state}",
        "没有新内容；索赔行 {line} 为：{state}",
    ),
    "answer_held": (
        "a step there was not made here yet: {why}. It waits on the claim's page",
        "对方的一个步骤尚未在此执行：{why}。见该索赔页面",
    ),
    "erp": (
        "put a submitted claim into an ERP by a mapping template; a dry run unless --send",
        "按映射模板将已提交的索赔写入 ERP；不加 --send 时仅试运行",
    ),
    "help_erp_template": ("odoo, erpnext, or list", "odoo、erpnext 或 list"),
    "help_erp_file": ("a template of your own", "自定义模板文件"),
    "help_erp_print": ("print the template, to copy and change it", "打印模板，以便复制修改"),
    "help_erp_set": ("a setting of the template", "模板的设置"),
    "help_erp_url": ("where the ERP is: https://...", "ERP 地址：https://..."),
    "help_erp_key": ("file with the API key", "含 API 密钥的文件"),
    "help_erp_ca": ("certificate of an authority of your own", "自有证书颁发机构的证书"),
    "help_erp_send": ("do it; else it is only shown", "实际发送；否则仅显示"),
    "help_erp_no_pack": ("leave the claim pack out", "不附索赔包"),
    "erp_dry": (
        "Nothing was sent. Add --send with --url and --key-file to do it.",
        "未发送任何内容。如需发送，请加 --send、--url 和 --key-file。",
    ),
    "erp_dry_draft": (
        "Nothing was sent, and nothing can be before the pre-claim is submitted.",
        "未发送任何内容；预索赔提交之前也无法发送。",
    ),
    "erp_made": ("made there: {record}", "已在 ERP 中创建：{record}"),
    "erp_there": (
        "it is there already: {record}; nothing was sent",
        "ERP 中已存在：{record}；未发送任何内容",
    ),
    "erp_pack_too": (
        "it is there already: {record}; its pack was not, and is now",
        "ERP 中已存在：{record}；此前未附索赔包，现已附上",
    ),
    "erp_failed": (
        "nothing was made: step {step}: {why}. Look at the dry run, mend it, and send again;"
        " what is there already is not made twice",
        "未创建：步骤 {step}：{why}。请查看试运行，修正后重新发送；已存在的不会重复创建",
    ),
    "erp_no_pack": (
        "{record} is there, but the pack is not beside it: {why}. Send again: what is there is not"
        " made twice; or add the file by hand (preclaim-collector pack writes it)",
        "ERP 中已有 {record}，但索赔包未能附上：{why}。请重新发送（已存在的不会重复创建），"
        "或手动添加该文件（可用 preclaim-collector pack 生成）",
    ),
    "pack": (
        "write a pre-claim as one file (ZIP) that proves itself unchanged",
        "将预索赔写成一个可自证未被更改的文件（ZIP）",
    ),
    "verify": (
        "check a claim pack; names the first file that does not hold",
        "核对索赔资料包；指出第一个不符的文件",
    ),
    "import-pack": (
        "take a submitted claim from a partner's collector, as a pack",
        "接收合作方采集端已提交的索赔（资料包）",
    ),
    "help_from": (
        "whose pack it is: the name of one of [[partners]]",
        "资料包来自谁：[[partners]] 之一的名称",
    ),
    "taken_opened": (
        "{number}: pre-claim {line} opened for serial {serial}",
        "{number}：已为序列号 {serial} 建立预索赔 {line}",
    ),
    "taken_attached": (
        "{number}: added to pre-claim {line}, which is open for serial {serial}",
        "{number}：已并入序列号 {serial} 的进行中预索赔 {line}",
    ),
    "taken_renewed": (
        "{number}: pre-claim {line} has what is new in it",
        "{number}：新内容已加入预索赔 {line}",
    ),
    "taken_known": (
        "{number}: nothing to do; this pack, or a later one, is in pre-claim {line} already",
        "{number}：无需处理；此包或更新的资料包已在预索赔 {line} 中",
    ),
    "taken_held": (
        "it stays a draft, because {why}",
        "仍为草稿，因为{why}",
    ),
    "help_line": (
        "the line: its id, or its number like PC-2026-000123",
        "索赔行：编号，或号码如 PC-2026-000123",
    ),
    "help_output": ("where to write it; - is standard output", "写入位置；- 表示标准输出"),
    "help_pack": ("the pack (ZIP)", "资料包（ZIP）"),
    "help_partners": (
        "trust this collector's key and those of its [[partners]], no others",
        "仅信任本采集端及其 [[partners]] 的密钥",
    ),
    "help_fingerprint": (
        "trust the collector with this fingerprint, no other",
        "仅信任具有此指纹的采集端",
    ),
    "FontError": (
        "no claim can be written: the font {why}; install the Debian package fonts-wqy-microhei, "
        "or name a TrueType font with Latin and Chinese in [pack] font",
        "无法生成索赔文件：字体不可用（{why}）；请安装 Debian 软件包 fonts-wqy-microhei，"
        "或在 [pack] font 中指定含拉丁字母与中文的 TrueType 字体",
    ),
    "pack_made": ("{file}: {bytes} bytes", "{file}：{bytes} 字节"),
    "pack_holds": (
        "{number}, serial {serial}: all {files} files hold",
        "{number}，序列号 {serial}：{files} 个文件全部相符",
    ),
    "pack_key_known": (
        "countersigned by a collector that is trusted here: {found}",
        "由此处信任的采集端会签：{found}",
    ),
    "pack_key_any": (
        "countersigned by {found}; whose key that is this check cannot tell: compare it with what "
        "the sender's collector shows at /pack-key, or give --fingerprint",
        "由 {found} 会签；此核对无法得知该密钥归属：请与发送方采集端 /pack-key 所示比对，"
        "或使用 --fingerprint",
    ),
    "pack_agents": ("signed by agents: {agents}", "签名的代理：{agents}"),
    "pack_no_agent": ("no agent signed anything in it", "其中没有代理签名的内容"),
    "pack_unverified": (
        "{count} manifests in unverified/ prove nothing: their key is not known",
        "unverified/ 中有 {count} 份清单不具证明力：密钥未知",
    ),
    "pack_not_whole": (
        "without the pictures and readings of the site: it was made before submission",
        "不含现场图片与读数：提交前生成",
    ),
    "pack_means": (
        "this proves that nothing was changed since, not that the camera told the truth",
        "这证明此后未被更改，不证明摄像机所报属实",
    ),
    "silence": (
        "list, add or end silences and maintenance windows",
        "列出、添加或结束静默与维护窗口",
    ),
    "report": (
        "take a list of faults that people report; a dry run unless --confirm",
        "接收人工报告的故障清单；不加 --confirm 时仅试运行",
    ),
    "help_report": (
        "CSV or XLSX with columns serial (or lot, quantity, model), fault, since, description, "
        "tried, organisation",
        "CSV 或 XLSX，列：serial（或 lot、quantity、model）、fault、since、description、tried、"
        "organisation",
    ),
    "help_report_organisation": (
        "whose devices they are, where a row names nobody",
        "行中未写组织时，设备所属的组织",
    ),
    "help_report_confirm": ("open the pre-claims", "建立预索赔"),
    "report_count": (
        "{opened} new, {attached} added to open pre-claims, {known} known already, "
        "{refused} refused",
        "新建 {opened}，并入已有预索赔 {attached}，已报告过 {known}，拒绝 {refused}",
    ),
    "report_opened": (
        "new       row {row}: {what}: {code} {number}",
        "新建  第 {row} 行：{what}：{code} {number}",
    ),
    "report_attached": (
        "added     row {row}: {what}: {code} to {number}, which is open",
        "并入  第 {row} 行：{what}：{code} → 已有的 {number}",
    ),
    "report_known": (
        "known     row {row}: {what}: {code} was reported before, {number}",
        "已有  第 {row} 行：{what}：{code} 此前已报告，{number}",
    ),
    "report_refused": ("refused   row {row}: {what}: {why}", "拒绝  第 {row} 行：{what}：{why}"),
    "report_more": ("          ... and {more} more", "      ……另有 {more} 行"),
    "report_written": (
        "written; refused rows were left out. Add photos and videos on each pre-claim's page.",
        "已写入；被拒绝的行未写入。请在各预索赔页面添加照片与视频。",
    ),
    "report_dry": (
        "dry run: nothing was written; add --confirm to open the pre-claims",
        "试运行：未写入任何内容；加 --confirm 建立预索赔",
    ),
    "notify": (
        "list the channels by which people are told, or send a test message by one",
        "列出通知通道，或通过某一通道发送测试消息",
    ),
    "help_channel": ("mail, or the name of a webhook", "mail，或机器人（webhook）的名称"),
    "help_to": ("where the test mail goes", "测试邮件的收件地址"),
    "no_channel": (
        "no channel is configured: add [notify.mail] or [[notify.webhook]]",
        "未配置任何通道：请添加 [notify.mail] 或 [[notify.webhook]]",
    ),
    "notify_sent": ("{name} took the test message", "{name} 已接收测试消息"),
    "notify_later": (
        "{name} did not take it for now: {why}; letters are tried again by themselves",
        "{name} 暂未接收：{why}；消息会自动重试",
    ),
    "notify_trouble": (
        "{name} could not be used: {why}; check host, port, login and certificate",
        "{name} 无法使用：{why}；请检查主机、端口、登录信息与证书",
    ),
    "notify_refused": (
        "{name} refused it for good: {why}; check the address, or the webhook's URL and secret",
        "{name} 永久拒收：{why}；请检查地址，或机器人的网址与密钥",
    ),
    "token": ("make a bearer token and print it once", "生成访问令牌，只显示一次"),
    "command": (
        "ask an agent for something; prints the answer with --wait",
        "向代理下达命令；加 --wait 时显示答复",
    ),
    "influx": (
        "the time-series server: test it, how the sink stands, send days again",
        "时序数据库：测试、查看发送进度、补发历史数据",
    ),
    "help_influx": (
        "test writes one point; status says what waits; backfill sends what days hold",
        "test 写入一个点；status 显示等待内容；backfill 发送已保存的数据",
    ),
    "help_since": (
        "first day (UTC, such as 2026-03-01); default: as long as samples are kept",
        "起始日（UTC，例如 2026-03-01）；默认：原始值的保存期",
    ),
    "influx_none": (
        "There is no [influx] in the configuration. Add it with url and bucket.",
        "配置中没有 [influx]。请添加，含 url 和 bucket。",
    ),
    "influx_good": (
        "{url} took a point into {bucket}.",
        "{url} 已将一个点写入 {bucket}。",
    ),
    "influx_failed": ("{why} ({detail})", "{why}（{detail}）"),
    "influx_do": ("What to do: {do}.", "处理办法：{do}。"),
    "influx_not_begun": (
        "The sink has not begun: serve has not run with [influx] yet.",
        "尚未开始发送：serve 还没有在配置 [influx] 后运行过。",
    ),
    "influx_stands": (
        "{batches} batches wait ({bytes} bytes); {dropped} were dropped beyond the bound.",
        "{batches} 批等待中（{bytes} 字节）；超出上限丢弃 {dropped} 批。",
    ),
    "influx_sent": ("{device}: {values} readings", "{device}：{values} 个读数"),
    "influx_total": (
        "{values} readings since {since} are on the server.",
        "自 {since} 起的 {values} 个读数已在服务器上。",
    ),
    "keygen": ("make an Ed25519 key pair", "生成 Ed25519 密钥对"),
    "help_config": ("configuration file (TOML)", "配置文件（TOML）"),
    "help_lang": (
        "language: en or zh; default: the environment's",
        "语言：en 或 zh；默认取自环境",
    ),
    "help_list": ("the list (CSV or XLSX)", "清单（CSV 或 XLSX）"),
    "help_confirm": (
        "write the rows without errors; with the PLAN of a dry run only what it showed",
        "写入没有错误的行；给出试运行的 PLAN 时只写入其所示内容",
    ),
    "help_sheet": (
        "the sheet of a workbook; default: the first visible one",
        "工作簿中的工作表；默认：第一个可见的",
    ),
    "help_imports": ("list what has been imported", "列出已导入的内容"),
    "help_undo": (
        "put back the rows of an import on which nothing rests; a dry run unless --confirm",
        "撤销某次导入中无其他依赖的行；不加 --confirm 时仅试运行",
    ),
    "help_owner": (
        "owner of the rows; default: the factory",
        "各行所属组织；默认：工厂",
    ),
    "help_language": (
        "language of the result; default: the configuration's",
        "结果所用语言；默认取自配置",
    ),
    "help_host": ("address to listen on", "监听地址"),
    "help_port": ("port to listen on", "监听端口"),
    "help_action": ("what to do", "要执行的操作"),
    "help_reason": ("only rows refused for this reason", "仅限因此原因被拒绝的行"),
    "help_quarantine_id": ("only this row (see list)", "仅限该行（见 list）"),
    "help_drop": ("really drop; without it nothing is changed", "确认删除；不加则不作改动"),
    "help_box": ("the exported file", "导出的文件"),
    "help_silence_target": (
        "add: site:ID, AGENT/DEVICE or organisation:ID; end: the number (see list)",
        "add：site:ID、代理/设备 或 organisation:ID；end：编号（见 list）",
    ),
    "help_silence_reason": ("why it is quiet", "静默的原因"),
    "help_silence_hours": (
        "for how long; every silence has an end",
        "持续小时数；静默必须有结束时间",
    ),
    "help_silence_start": (
        "when it begins, like 2026-11-26T14:00+08:00 (UTC without a zone); default: now",
        "开始时间，例如 2026-11-26T14:00+08:00（无时区则为 UTC）；默认：现在",
    ),
    "help_silence_code": (
        "only this fault code; default: every fault",
        "仅此故障代码；默认：所有故障",
    ),
    "help_kind": ("what it is called", "类型"),
    "silence_none": ("no silence", "没有静默"),
    "silence_added": (
        "silence {id} until {until}: faults are recorded and judged after it",
        "静默 {id} 至 {until}：故障照常记录，结束后再判定",
    ),
    "silence_ended": (
        "silence {id} ended: what waited is judged now",
        "静默 {id} 已结束：现在判定等待中的故障",
    ),
    "silence_not_there": (
        "silence {id} is over or was never there; see preclaim-collector silence list",
        "静默 {id} 已结束或不存在；请查看 preclaim-collector silence list",
    ),
    "silence_over": ("over", "已结束"),
    "silence_planned": ("planned", "已计划"),
    "silence_holds": ("holds", "生效中"),
    "help_name": ("what the token is for", "令牌的用途"),
    "help_role": ("what the token may do", "令牌的权限"),
    "help_organisation": (
        "whose devices it sees; default: the first organisation",
        "可查看哪个组织的设备；默认：第一个组织",
    ),
    "help_agent": ("id of the agent", "代理 id"),
    "help_verb": ("what to ask for", "要执行的命令"),
    "help_device": (
        "device id; default: the agent itself",
        "设备 id；默认：代理本身",
    ),
    "help_config_file": (
        "set_config: the configuration to lay over the agent's own (TOML, at most 4 KiB)",
        "set_config：叠加在代理自身配置之上的配置（TOML，最多 4 KiB）",
    ),
    "help_base": (
        "set_config: refuse unless this configuration is in force (preclaim-agent show-config)",
        "set_config：仅当此配置生效时执行（见 preclaim-agent show-config）",
    ),
    "help_wait": ("wait so many seconds for the answer", "等待答复的秒数"),
    "help_key": (
        "file for the private key; FILE.pub.pem is written beside it",
        "私钥文件；旁边写入公钥 FILE.pub.pem",
    ),
    "schema_changed": ("schema {before} -> {after}", "存储结构 {before} -> {after}"),
    "schema_newest": ("schema {after}, newest", "存储结构 {after}，已是最新"),
    "generation": (
        "{generation} begins: agents send again what they keep (30 days)",
        "{generation} 开始：代理将重新发送其保留的内容（30 天）",
    ),
    "no_schema": ("none", "无"),
    "config_data": ("data      {value}", "数据      {value}"),
    "config_store": ("store     {value}", "存储      {value}"),
    "config_broker": ("broker    {value}", "MQTT      {value}"),
    "config_pages": ("pages     {value}", "页面      {value}"),
    "config_policy": ("policy    {value}", "策略      {value}"),
    "config_agent": (
        "agent     {agent} at {site} of {owner}, {pinned}",
        "代理      {agent}，站点 {site}，组织 {owner}，{pinned}",
    ),
    "key_pinned": ("key pinned", "已固定公钥"),
    "no_key": ("no key: its evidence stays unverified", "无公钥：其证据无法验证"),
    "broker_runs": (
        "broker on {host}:{port}; Ctrl-C ends it",
        "MQTT 服务器运行于 {host}:{port}；按 Ctrl-C 结束",
    ),
    "replayed": (
        "{accepted} accepted, {refused} still refused",
        "接受 {accepted} 条，仍拒绝 {refused} 条",
    ),
    "quarantine_rows": ("{count} rows", "共 {count} 行"),
    "quarantine_not_kept": (
        "{count} more were only counted: the quarantine keeps at most {rows} rows",
        "另有 {count} 条仅计数：隔离区最多保留 {rows} 行",
    ),
    "quarantine_which": (
        "which rows? give an ID or --reason (preclaim-collector quarantine list shows both)",
        "哪些行？请给出 ID 或 --reason（preclaim-collector quarantine list 会显示）",
    ),
    "quarantine_no_such": (
        "row {id} is not in quarantine: it was replayed, dropped or pushed out by newer ones; "
        "see preclaim-collector quarantine list",
        "隔离区中没有第 {id} 行：已被重放、删除或被较新的行挤出；"
        "请查看 preclaim-collector quarantine list",
    ),
    "quarantine_would_drop": (
        "{count} rows would be dropped for good; nothing was changed: add --confirm to do it",
        "将永久删除 {count} 行；尚未改动：加 --confirm 执行",
    ),
    "quarantine_dropped": ("{count} rows dropped", "已删除 {count} 行"),
    "end_stored": ("stored", "已存储"),
    "end_duplicate": ("was here already", "此前已存储"),
    "end_refused": ("refused again", "再次被拒绝"),
    "no_identity": ("cannot be trusted", "不可信"),
    "show_agent": ("agent", "代理"),
    "show_topic": ("topic", "主题"),
    "show_identity": ("row", "行"),
    "show_reason": ("reason", "原因"),
    "show_why": ("why", "说明"),
    "show_do": ("what to do", "处理办法"),
    "show_times": ("times seen", "出现次数"),
    "show_size": ("size", "大小"),
    "show_hex": ("first bytes", "开头字节"),
    "quarantine_empty": ("nothing in quarantine", "隔离区为空"),
    "box_progress": ("{done} of {total} rows", "已处理 {done} / {total} 行"),
    "box_none": (
        "{file} is no exported outbox: {why}; nothing was taken. "
        "Write it anew with preclaim-agent outbox export",
        "{file} 不是导出的发件箱：{why}；未接收任何内容。"
        "请用 preclaim-agent outbox export 重新导出",
    ),
    "box_taken": (
        "agent {agent}, written {at}: {stored} stored, {duplicate} were here already, "
        "{quarantined} quarantined",
        "代理 {agent}，写于 {at}：新存储 {stored} 条，此前已有 {duplicate} 条，"
        "隔离 {quarantined} 条",
    ),
    "box_quarantined": (
        "see why with: preclaim-collector quarantine list -c FILE",
        "查看原因：preclaim-collector quarantine list -c FILE",
    ),
    "box_damaged": (
        "the file is damaged at byte {offset} ({why}): {missing} of {rows} rows are missing, "
        "those before it were taken. Copy or export it again, then give it again: "
        "nothing is stored twice",
        "文件在第 {offset} 字节处损坏（{why}）：共 {rows} 行，缺少 {missing} 行，"
        "此前各行均已接收。请重新复制或导出后再次提交：不会重复存储",
    ),
    "gap_lost": ("told as lost by the agent", "代理已报告丢失"),
    "gap_refused": ("came and was refused", "已到达但被拒绝"),
    "gap_quarantine": ("in quarantine", "在隔离区"),
    "gap_coming": ("still on its way", "仍在途中"),
    "gap_unexplained": (
        "NOT EXPLAINED: look into the agent's log and outbox",
        "原因不明：请检查代理的日志与发件箱",
    ),
    "gaps_unseen": (
        "{agent}: so many gaps that rows from {first} on of epoch {epoch} were not looked at; "
        "whether some are missing is not known until some gaps are filled",
        "{agent}：缺口过多，纪元 {epoch} 自第 {first} 行起尚未检查；补上部分缺口之前，是否缺失未知",
    ),
    "gaps_total": (
        "{missing} rows missing, {unexplained} of them without an explanation",
        "缺少 {missing} 行，其中 {unexplained} 行原因不明",
    ),
    "keys_made": (
        "{private} (keep it), {public} (give it away)",
        "{private}（请妥善保管），{public}（可交给对方）",
    ),
    "order_waits": (
        "the same command still waits for its answer",
        "相同的命令仍在等待答复",
    ),
    "order_kept": (
        "{id}: kept; the running collector sends it",
        "{id}：已保存；由运行中的收集端发送",
    ),
    "waiting": ("waiting", "等待答复"),
    "done": ("done", "已完成"),
    "refused": ("refused", "被拒绝"),
    "failed": ("failed", "失败"),
    "expired": ("expired", "已过期"),
    "no_extra": (
        "preclaim-collector: {package} is not installed; install preclaim[{extra}]",
        "preclaim-collector：未安装 {package}；请安装 preclaim[{extra}]",
    ),
    "stopped": ("preclaim-collector: {why}", "preclaim-collector：无法继续：{why}"),
    "AlreadyRunningError": (
        "preclaim-collector: {why}",
        "preclaim-collector：另一个收集端正在使用该数据目录；请停止它，或另设 data_dir（{why}）",
    ),
    "BrokerMissingError": (
        "preclaim-collector: {why}",
        "preclaim-collector：内置 MQTT 服务器不可用；"
        "请安装 preclaim[broker]，或运行 Mosquitto（{why}）",
    ),
    "NewerStoreError": (
        "preclaim-collector: {why}",
        "preclaim-collector：存储由更新的版本写入；请重新安装该版本，或恢复备份（{why}）",
    ),
    "UnfitDatabaseError": (
        "preclaim-collector: {why}",
        "preclaim-collector：该数据库的编码不是 UTF8，无法保存中文；"
        "请用 createdb -E UTF8 -T template0 重新创建（{why}）",
    ),
    "OperationalError": (
        "preclaim-collector: the store cannot be used: {why}; check its disk, or database_url, "
        "password and that the server runs",
        "preclaim-collector：无法使用存储：{why}；"
        "请检查其磁盘，或 database_url、密码以及服务器是否在运行",
    ),
    "KeyFileError": (
        "preclaim-collector: {why}",
        "preclaim-collector：密钥文件不可用；请检查该文件（{why}）",
    ),
    "FileExistsError": (
        "preclaim-collector: {why}",
        "preclaim-collector：文件已存在，不会覆盖；请另选名称（{why}）",
    ),
}


def say(key: str, lang: str, **values: object) -> str:
    """One text with its values; ``lang`` is 'en' or 'zh'."""
    return WORDS[key][lang == "zh"].format(**values)


def explain(error: Exception, lang: str, *, why: str = "") -> str:
    """What ended a command, and what to do where its kind is known; ``why`` in the place of the
    error's own text."""
    name = type(error).__name__
    return say(name if name in WORDS else "stopped", lang, why=why or error)


def language_of(asked: str | None) -> str:
    """'zh' or 'en': what was asked for, else by the environment (LC_ALL, LC_MESSAGES, LANG)."""
    if asked is not None:
        return asked
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    found = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "zh" if found.lower().startswith("zh") else "en"
