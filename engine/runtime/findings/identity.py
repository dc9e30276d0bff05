"""Who is who: ids that are unique, processes that can run, and what is no process."""

from collections import Counter

from engine.errors import Text
from engine.runtime import xml
from engine.runtime.describe import GLOBAL_TASKS
from engine.runtime.findings.diagram import TRUE, Diagram
from engine.runtime.findings.rules import Hits, RuleBook, hit

book = RuleBook()


@book.error(
    "duplicate-id",
    Text(
        "An id names one element of the file, but {id} names {count}.",
        "文件中每个 id 只能对应一个元素，但 {id} 出现了 {count} 次。",
    ),
    Text("Give each element an id of its own.", "请为每个元素设置不同的 id。"),
)
def _duplicate_id(diagram: Diagram) -> Hits:
    counted = Counter(
        found for element in diagram.elements if (found := element.get("id"))
    )
    for element_id, count in counted.items():
        if count > 1:
            yield hit(diagram.by_id[element_id], id=element_id, count=str(count))


@book.error(
    "duplicate-process",
    Text(
        "A process id exists once in a deployment, but {id} is also in {file}.",
        "一次部署中流程 id 不得重复，但 {id} 也出现在 {file} 中。",
    ),
    Text(
        "Rename one of the processes, or deploy only one of the files.",
        "请给其中一个流程改名，或只部署其中一个文件。",
    ),
)
def _duplicate_process(diagram: Diagram) -> Hits:
    for process in diagram.all_of("process", *GLOBAL_TASKS):
        holders = diagram.around.processes.get(process.get("id") or "", [])
        if others := [holder.name for holder in holders if holder is not diagram]:
            yield hit(process, id=process.get("id") or "", file=others[0])


@book.error(
    "process-without-id",
    Text("A process has an id.", "流程必须有 id。"),
    Text("Give the process an id.", "请为流程设置 id。"),
)
def _process_without_id(diagram: Diagram) -> Hits:
    return (found for found in diagram.all_of("process") if not found.get("id"))


@book.error(
    "no-executable-process",
    Text(
        "A deployed file holds a process that can run, or a global task.",
        "所部署的文件必须含有可执行的流程或全局任务。",
    ),
    Text(
        'Set isExecutable="true" on the process that is to run.',
        "请在要运行的流程上设置 isExecutable=“true”。",
    ),
)
def _no_executable_process(diagram: Diagram) -> Hits:
    runnable = [scope for scope in diagram.scopes if scope.kind == "process"]
    if not runnable and next(diagram.all_of(*GLOBAL_TASKS), None) is None:
        yield diagram.root


@book.error(
    "process-empty",
    Text(
        "A process that can run has at least one element to run.",
        "可执行的流程至少要有一个可运行的元素。",
    ),
    Text(
        'Draw the process, or set isExecutable="false".',
        "请画出流程内容，或设置 isExecutable=“false”。",
    ),
)
def _process_empty(diagram: Diagram) -> Hits:
    return (
        scope.element
        for scope in diagram.scopes
        if scope.kind == "process" and not scope.nodes
    )


@book.warning(
    "subprocess-empty",
    Text(
        "A sub-process has something to do; this one ends at once.",
        "子流程应有内容；该子流程会立即结束。",
    ),
    Text("Draw its content, or remove it.", "请画出其内容，或删除它。"),
)
def _subprocess_empty(diagram: Diagram) -> Hits:
    return (
        scope.element
        for scope in diagram.scopes
        if scope.kind in {"subProcess", "transaction"} and not scope.nodes
    )


@book.warning(
    "drawing-missing",
    Text(
        "A diagram has a drawing (BPMNDI); without it no page can show the process.",
        "文件应含图形信息（BPMNDI），否则页面无法显示流程图。",
    ),
    Text(
        "Open the file in a modeler, arrange the elements and save it.",
        "请在建模工具中打开文件，排好元素后保存。",
    ),
)
def _drawing_missing(diagram: Diagram) -> Hits:
    shape = f"{{{xml.DRAWING}}}BPMNShape"
    if diagram.nodes and next(diagram.root.iter(shape), None) is None:
        yield diagram.root


@book.error(
    "public-process",
    Text(
        "A public process describes what partners see and cannot be executable.",
        "公共流程只描述合作方可见的部分，不能是可执行的。",
    ),
    Text('Set processType="Private".', "请设置 processType=“Private”。"),
)
def _public_process(diagram: Diagram) -> Hits:
    return (
        process
        for process in diagram.all_of("process")
        if process.get("processType") == "Public"
        and process.get("isExecutable", "true") in TRUE
    )


@book.error(
    "choreography-reference",
    Text(
        "A choreography or a global conversation refers to no other choreography.",
        "编排和全局会话不得引用别的编排。",
    ),
    Text("Remove the choreographyRef.", "请删除 choreographyRef。"),
)
def _choreography_reference(diagram: Diagram) -> Hits:
    for holder in diagram.all_of("choreography", "globalConversation"):
        if xml.child(holder, "choreographyRef") is not None:
            yield holder


@book.error(
    "text-format",
    Text(
        "A text format is a MIME type such as text/plain, but this is {format}.",
        "文本格式应为 MIME 类型（如 text/plain），此处却是 {format}。",
    ),
    Text(
        'Write textFormat="text/plain", or leave it out.',
        "请写 textFormat=“text/plain”，或省略它。",
    ),
)
def _text_format(diagram: Diagram) -> Hits:
    for found in diagram.all_of("documentation", "textAnnotation"):
        given = found.get("textFormat")
        if given is not None and not _is_mime_type(given):
            yield hit(found, format=given)


def _is_mime_type(text: str) -> bool:
    kind, slash, name = text.partition("/")
    return bool(slash and kind.isalpha() and name and " " not in name)
