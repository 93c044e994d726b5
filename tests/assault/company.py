"""A company in which every word is a canary: whoever sees one that is not theirs has seen too
much."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from analytics.desk import Desk
from analytics.home import Home
from analytics.intake import reading
from analytics.intake.recipe import recipe_from
from analytics.intake.recognise import recognise
from analytics.model import Filters, Period
from analytics.people import Account, Attachment, Note, Objection, Talk
from tests.conftest import read_here

MARCH, APRIL, MAY = (
    Period(dt.date(2026, month, 1), dt.date(2026, month, 1)) for month in (3, 4, 5)
)
MONTHS = (MARCH, APRIL, MAY)
AS_OF = dt.date(2026, 8, 31)  # every window of the three months is closed
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
TEAMS = {"t1": ("b1", 6), "t2": ("b1", 3), "t3": ("b2", 6), "t4": ("b2", 2)}
BOSS, SECOND, GONE, FALLEN = "boss@q.cn", "second@q.cn", "gone@q.cn", "fallen@q.cn"
NOBODY = "nobody@q.cn"  # logged in at the provider, and no account here


@dataclass(frozen=True)
class Canary:
    """One word that stands for one thing: of which agent, which month (None: of no month), written
    by whom."""

    word: str
    kind: str
    agent: str
    month: Period | None = None
    author: str = ""


@dataclass
class Company:
    """Who is there and what was written, and the canaries in it."""

    folder: Path
    words: random.Random
    teams: dict[str, str] = field(default_factory=dict)  # our name → the word
    branches: dict[str, str] = field(default_factory=dict)
    members: dict[str, list[str]] = field(
        default_factory=dict
    )  # team → agents, by the day before the transfer
    team_of: dict[tuple[str, Period], str] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)
    policies: dict[str, list[tuple[str, Period]]] = field(default_factory=dict)
    managers: dict[str, str] = field(default_factory=dict)  # team → address
    agents: dict[str, str] = field(default_factory=dict)  # agent → address
    mover: str = ""
    objections: dict[str, int] = field(default_factory=dict)  # agent → id of an open objection
    talks: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(
        default_factory=dict
    )  # agent → id of the supervisor's comment on April
    remarks: dict[str, int] = field(default_factory=dict)
    corrections: dict[str, int] = field(default_factory=dict)
    loads: list[int] = field(default_factory=list)

    def word(self, prefix: str, length: int = 6) -> str:
        return prefix + "".join(self.words.choice(LETTERS) for _ in range(length))

    def canary(
        self, prefix: str, kind: str, agent: str, month: Period | None = None, author: str = ""
    ) -> str:
        """A new word, remembered."""
        made = Canary(self.word(prefix), kind, agent, month, author)
        self.canaries.append(made)
        return made.word

    def amount(self, agent: str, month: Period) -> int:
        """A sum of money that nobody else has."""
        while True:
            made = self.words.randrange(100_003, 999_983)
            if str(made) not in {canary.word for canary in self.canaries}:
                self.canaries.append(Canary(str(made), "money", agent, month))
                return made

    @property
    def everybody(self) -> list[str]:
        return [agent for team in self.members.values() for agent in team]

    def now(self, agent: str) -> str:
        """The team an agent is in today."""
        return self.team_of[agent, MAY]


@contextmanager
def quick_reading() -> Iterator[None]:
    """Files are read in this process: one of its own for each would take most of the time."""
    before = reading._run
    reading._run = read_here  # type: ignore[assignment]
    try:
        yield
    finally:
        reading._run = before


def load(home: Home, path: Path, kind: str, text: str, **options: object) -> int:
    """Load a table of ours through the real intake; the number of the load."""
    path.write_text(text, encoding="utf-8")
    columns = recognise(text.splitlines()[0].split(","), kind)[0].columns
    return home.load(
        path, recipe_from({"kind": kind, "columns": columns, "options": options}), as_of=AS_OF
    ).load


def founded(folder: Path, seed: int = 1) -> Company:
    """The company in a new home below a folder, everything in it written through the desk of
    whoever writes it."""
    folder.mkdir(parents=True, exist_ok=True)
    made = Company(folder / "home", random.Random(seed))
    made.branches = {name: made.word("Branch") for name in ("b1", "b2")}
    for team, (_, size) in TEAMS.items():
        made.teams[team] = made.word("Team")
        made.members[team] = [made.canary("AG", "agent", "") for _ in range(size)]
    made.members["t1"].append(made.canary("AG", "agent", ""))
    made.mover = made.members["t1"][-1]
    made.canaries = [Canary(canary.word, "agent", canary.word) for canary in made.canaries]
    for team, people in made.members.items():
        for agent in people:
            for month in MONTHS:
                made.team_of[agent, month] = "t3" if agent == made.mover and month == MAY else team
    home = Home(made.folder)
    try:
        with quick_reading():
            _figures(made, home, folder)
            _accounts(made, home)
            _written(made, home, before_the_move=True)
            moved = (
                f"月份,工号,团队,机构\n2026-05,{made.mover},{made.teams['t3']},"
                f"{made.branches['b2']}\n"
            )
            made.loads.append(load(home, folder / "moved.csv", "agents", moved))
            _written(made, home, before_the_move=False)
    finally:
        home.close()
    return made


def _figures(made: Company, home: Home, folder: Path) -> None:
    roster = ["月份,工号,姓名,团队,机构,件数目标,保费目标"]
    policies = [
        "保单号,工号,到期日,续保结果,续保日期,应续保费,续保保费,首年客户,产品,渠道,客户号,满意度"
    ]
    contacts, complaints = ["工号,联系时间,保单号,是否有效"], ["工号,投诉日期,是否成立"]
    ratings = ["工号,评定日期,评定项目,得分"]
    for team, people in made.members.items():
        branch = TEAMS[team][0]
        for position, agent in enumerate(people):
            name = made.canary("Nam", "name", agent)
            roster.append(
                f"2026-01,{agent},{name},{made.teams[team]},{made.branches[branch]},4,1500000"
            )
            for month in MONTHS:
                for nth in range(4):
                    policy = made.canary("PL", "policy", agent, month)
                    customer = made.canary("CU", "customer", agent, month)
                    due = month.first + dt.timedelta(days=3 + 5 * nth)
                    renewed = (position + nth + month.first.month) % 4 != 0
                    paid = made.amount(agent, month) if renewed else ""
                    policies.append(
                        f"{policy},{agent},{due},{'已续' if renewed else '未续'},"
                        f"{due if renewed else ''},{made.amount(agent, month)},{paid},"
                        f"{'是' if nth % 2 else '否'},{('车险', '健康险')[nth % 2]},"
                        f"{('直销', '门店')[nth // 2]},{customer},{1 + (position + nth) % 5}"
                    )
                    made.policies.setdefault(agent, []).append((policy, month))
                    contacts.append(f"{agent},{due - dt.timedelta(days=9)} 10:00,{policy},是")
            if position % 3 == 1:
                complaints.append(f"{agent},2026-04-1{position},是")
            if team != "t2" or position == 0:  # in the small team one agent alone was rated
                ratings.append(f"{agent},2026-04-15,保险知识,{61 + 3 * position}")
    for kind, lines, options in (
        ("agents", roster, {}),
        ("policies", policies, {"satisfaction_max": 5}),
        ("contacts", contacts, {}),
        ("complaints", complaints, {"from": "2026-03", "to": "2026-05"}),
        ("assessments", ratings, {"score_max": 100}),
    ):
        made.loads.append(
            load(home, folder / f"{kind}.csv", kind, "\n".join(lines) + "\n", **options)
        )


def _accounts(made: Company, home: Home) -> None:
    made.managers = {
        "t1": "m1@q.cn",
        "t3": "m3@q.cn",
        "t2": "m24@q.cn",
        "t4": "m24@q.cn",
        "b2": "mb@q.cn",
    }
    for agent in (made.members["t1"][0], made.mover, made.members["t4"][0], made.members["t3"][1]):
        made.agents[agent] = f"{made.word('ag', 4).lower()}@q.cn"
    accounts = [
        *(
            Account(address, "admin", address.partition("@")[0])
            for address in (BOSS, SECOND, FALLEN)
        ),
        Account(GONE, "admin", "gone", active=False),
        Account("m1@q.cn", "manager", "m1", teams=(made.teams["t1"],)),
        Account("m3@q.cn", "manager", "m3", teams=(made.teams["t3"],)),
        Account("m24@q.cn", "manager", "m24", teams=(made.teams["t2"], made.teams["t4"])),
        Account("mb@q.cn", "manager", "mb", branches=(made.branches["b2"],)),
        *(
            Account(address, "agent", address, agent_id=agent)
            for agent, address in made.agents.items()
        ),
    ]
    Desk(home).save_accounts(accounts)
    for month in (MARCH, APRIL):
        Desk(home).publish(month)


def _written(made: Company, home: Home, *, before_the_move: bool) -> None:
    """What people write: before the transfer about two of every team, after it about who was
    transferred."""
    if not before_the_move:
        _about(made, home, made.mover, "t3")
        return
    for team, people in made.members.items():
        about = [*people[:2], *([made.mover] if made.mover in people else [])]
        for agent in about:
            _about(made, home, agent, team)
            desk = Desk(home, made.managers[team])
            desk.close_sheets(Filters(MARCH), [agent])
        accepted = Desk(home, BOSS).objection(made.objections[people[1]])
        Desk(home, BOSS).answer(
            accepted, "accepted", made.canary("An", "answer", people[1], None, BOSS)
        )
        made.corrections[people[1]] = max(
            correction.id or 0 for correction in Desk(home).corrections()
        )
        del made.objections[people[1]]


def _about(made: Company, home: Home, agent: str, team: str) -> None:
    who = made.managers[team]
    desk = Desk(home, who)
    later = agent == made.mover and team == "t3"
    month = MAY if later else APRIL

    def said(kind: str, prefix: str) -> str:
        return made.canary(prefix, kind, agent, None, who)

    comment = Note(agent, month.first, month.last, "comment", said("note", "Nt"))
    made.notes[agent] = desk.write_note(comment).id or 0
    desk.write_note(Note(agent, month.first, month.last, "advice", said("note", "Nt")))
    talk = Talk(
        agent,
        reason=said("talk", "Tk"),
        action=said("plan", "Pl"),
        comment=said("talk", "Tk"),
        talk_on=dt.date(2026, 9, 1),
    )
    made.talks[agent] = desk.save_talk(talk).id or 0
    policy = next(policy for policy, of in made.policies[agent] if of == month)
    objection = Objection(
        agent,
        month.first,
        month.last,
        "record",
        "data_wrong",
        said("objection", "Ob"),
        policy_id=policy,
        proposal={"exclusion": said("objection", "Ex")},
    )
    attached = Attachment(f"{said('attachment', 'Fi')}.txt", said("attachment", "In").encode())
    made.objections[agent] = desk.make_objection(objection, attached).id or 0
    if agent in made.agents and not later:
        word = made.canary("Rm", "remark", agent, None, made.agents[agent])
        remark = Note(agent, APRIL.first, APRIL.last, "remark", word)
        made.remarks[agent] = Desk(home, made.agents[agent]).write_note(remark).id or 0


@contextmanager
def copied(made: Company, folder: Path) -> Iterator[Path]:
    """A copy of the company's home, taken away afterwards."""
    shutil.copytree(made.folder, folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def words_of(made: Company) -> Mapping[str, Canary]:
    """Every canary by its word."""
    return {canary.word: canary for canary in made.canaries}
