"""The rows of a book as the catalogue tells them: a title, sentences of detail, the article."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from blueprints import words
from rules.book import Book
from rules.periods import describe
from rules.rows import ClockRule, Start, Step

CLOCK_KINDS: Mapping[str, str] = MappingProxyType(
    {"limit": "办理期限", "wait": "等待期", "cap": "届满自动终止", "ban": "限制申请期"}
)
USES: Mapping[str, str] = MappingProxyType(
    {"refusal": "不予受理", "suspension": "中止协议", "termination": "解除协议"}
)
STARTS: Mapping[str, str] = MappingProxyType(
    {"step": "办理之日起", "served": "文书送达之日起", "until": "至约定的届满日"}
)


MEASURES: Mapping[str, str] = MappingProxyType({"handling": "协议处理", "penalty": "行政处罚"})
UNITS: Mapping[str, str] = MappingProxyType({"percent": "%", "month": "个月", "day": "日", "bed": "张床位"})
LISTS: Mapping[str, str] = MappingProxyType(
    {
        "remedy": "争议的解决途径",
        "dispute": "争议事项",
        "rights": "中止或终止结算资格的对象",
        "policy": "定点政策倾斜的情形",
    }
)


@dataclass(frozen=True)
class Entry:
    """One row of a book. key: kind and key of the row, unique in the book; details: short sentences."""

    section: str
    key: str
    title: str
    article: str
    details: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that a search looks through."""
        return " ".join((self.title, self.article, *self.details)).lower()


def entries(book: Book) -> list[Entry]:
    """Return every row of `book` that says what is to be done, section by section, in book order."""
    return [entry for section, (_, tell) in SECTIONS.items() for entry in tell(book, section)]


def _clocks(book: Book, section: str) -> Iterable[Entry]:
    for rule in book.clocks.values():
        details = [f"{CLOCK_KINDS[rule.kind]}，{describe(rule)}，由{words.PARTIES[rule.party]}遵守"]
        details += [f"“{step.label}”{_start_words(book, start)}" for step, start in _starts(book, rule)]
        if rule.rolls:
            details.append("最后一日是休息日的，顺延至下一个工作日")
        if lapse := next((s for s in book.steps if s.auto_clock == rule.key and s.closes), None):
            details.append(f"届满后系统自动办理：{lapse.label}")
        yield Entry(
            section, f"clock:{rule.key}", f"{rule.name}：{describe(rule)}", rule.article, tuple(details)
        )


def _starts(book: Book, rule: ClockRule) -> list[tuple[Step, Start]]:
    return [(step, start) for step in book.steps for start in step.starts if start.clock == rule.key]


def _start_words(book: Book, start: Start) -> str:
    how, _, what = start.when.partition(":")
    if how == "end-of":
        return f"之后，自“{book.clocks[what].name}”期满起算"
    return STARTS.get(how, "登记的日期起算") + ("" if how in ("until", "day") else "算")


def _steps(book: Book, section: str) -> Iterable[Entry]:
    for number, step in enumerate(book.steps):
        who = "、".join(words.ROLES[role] for role in step.roles) or "系统自动"
        origins = "、".join(dict.fromkeys(book.states[state].label for state in step.origins))
        details = [f"{words.MATTERS[step.matter]}，从“{origins}”，由{who}办理"]
        if step.target in book.states:
            details.append(f"办后为“{book.states[step.target].label}”")
        if step.issues:
            details.append(f"出具《{book.documents[step.issues].name}》")
        if step.starts:
            begun = "、".join(book.clocks[start.clock].name for start in step.starts)
            details.append(f"开始计算：{begun}")
        if step.note:
            details.append(step.note)
        yield Entry(section, f"step:{step.action}:{number}", step.label, step.article, tuple(details))


def _conditions(book: Book, section: str) -> Iterable[Entry]:
    for row in book.conditions:
        details = [_kinds(row.kinds)]
        details += ["系统按登记资料自动核对，由经办人确认"] if row.check else ["由经办人核对"]
        details += [f"核对依据：{row.evidence}"] if row.evidence else []
        yield Entry(section, f"condition:{row.key}", f"{row.no}{row.text}", row.article, tuple(details))


def _grounds(book: Book, section: str) -> Iterable[Entry]:
    for row in book.grounds:
        details = [f"{USES[row.use]}，{_kinds(row.kinds)}"]
        details += [f"限制期：{describe(book.clocks[row.ban])}"] if row.ban else []
        details += [row.hint] if row.hint else []
        details += [f"认定时写明：{'、'.join(row.asks)}"] if row.asks else []
        details += ["登记的情况符合时，系统提示负责人"] if row.proposes else []
        yield Entry(section, f"ground:{row.key}", row.text, row.article, tuple(details))


def _thresholds(book: Book, section: str) -> Iterable[Entry]:
    for row in book.thresholds.values():
        title = f"{row.name}：{row.amount} {UNITS.get(row.unit, row.unit)}"
        yield Entry(section, f"threshold:{row.key}", title, row.article, ())


def _measures(book: Book, section: str) -> Iterable[Entry]:
    for row in book.measures:
        details = [f"{MEASURES[row.of]}，{_kinds(row.kinds)}"]
        details += ["须登记金额"] if row.has_amount else []
        yield Entry(section, f"measure:{row.of}.{row.key}", row.label, row.article, tuple(details))


def _choices(book: Book, section: str) -> Iterable[Entry]:
    for row in book.choices:
        told = (LISTS.get(row.list, ""),) if row.list in LISTS else ()
        yield Entry(section, f"choice:{row.list}.{row.key}", row.label, row.article, told)


def _follow_ups(book: Book, section: str) -> Iterable[Entry]:
    for row in book.follow_ups:
        done = dict.fromkeys(step.label for step in book.steps if step.action in row.steps)
        title = row.text.format(
            institution="机构", city="市级经办机构", branch="连锁分支", day="某日", step="所作决定", paper=""
        )
        yield Entry(section, f"follow_up:{row.key}", title, row.article, (f"在“{'、'.join(done)}”之后",))


def _materials(book: Book, section: str) -> Iterable[Entry]:
    for row in book.materials:
        details = [f"{_kinds((row.kind,))}，清单第 {row.no} 项"]
        details += [f"适用：{row.applies or _feature(book, row.feature)}"] if row.feature else []
        details += ["须核验原件"] if row.original else []
        yield Entry(section, f"material:{row.key}", row.title, row.article, tuple(details))


def _feature(book: Book, key: str) -> str:
    return next(feature.label for feature in book.features if feature.key == key)


def _rows(book: Book, section: str) -> Iterable[Entry]:
    for row in book.rows:
        sheet = book.sheets[row.sheet]
        details = [f"{sheet.title}，{row.group}"]
        details += [f"标准：{row.standard}"] if row.standard else []
        details += [f"方式：{row.method}"] if row.method else []
        yield Entry(section, f"row:{row.sheet}.{row.key}", row.indicator, row.article, tuple(details))


def _documents(book: Book, section: str) -> Iterable[Entry]:
    for row in book.documents.values():
        details = [f"文书编号用字“{row.word}”，一式 {row.copies} 份"]
        details += ["须登记送达"] if row.is_served else []
        yield Entry(section, f"document:{row.key}", row.name, row.article, tuple(details))


def _kinds(kinds: Iterable[str]) -> str:
    return "、".join(words.KINDS[kind] for kind in kinds)


# Section → its heading and how it is told, in the order of the page.
SECTIONS: Mapping[str, tuple[str, Callable[[Book, str], Iterable[Entry]]]] = MappingProxyType(
    {
        "clock": ("期限", _clocks),
        "step": ("步骤", _steps),
        "condition": ("基本条件", _conditions),
        "ground": ("情形", _grounds),
        "threshold": ("界限", _thresholds),
        "measure": ("处理措施", _measures),
        "choice": ("选项", _choices),
        "follow_up": ("后续事项", _follow_ups),
        "material": ("材料", _materials),
        "row": ("评审项", _rows),
        "document": ("文书", _documents),
    }
)
