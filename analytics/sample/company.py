"""A believable company, the same at every call: teams, agents, 18 months of policies and what
surrounds them.

Planted, so that the pages have something to find: a team strong in results and weak in service
(锐进), a channel that is hard to renew (电销转介), three agents who improve month by month, three
who only look weak because most of their book comes from the hard channel, newcomers, transfers,
tiny books, missing assessments, open windows in the last month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analytics.model import add_months

SEED = 20260715
FIRST = dt.date(2025, 1, 1)
MONTHS = 18
AS_OF = dt.date(2026, 7, 15)
TEAMS = {
    "星火": "浦东",
    "远航": "浦东",
    "磐石": "静安",
    "晨曦": "静安",
    "锐进": "徐汇",
    "同心": "徐汇",
}
SIZE = 20
POLICY_HEADERS = [
    "保单号",
    "工号",
    "到期日",
    "续保结果",
    "续保日期",
    "应续保费",
    "续保保费",
    "首年客户",
    "产品",
    "渠道",
    "客户号",
    "剔除原因",
    "未续原因",
]
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
GIVEN = [
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "秀英",
    "霞",
    "平",
    "刚",
    "桂英",
    "建国",
    "晓梅",
    "子涵",
    "雨欣",
    "浩然",
    "思远",
    "佳怡",
    "志强",
]
PRODUCTS = {
    "车险": (0.50, 0.00, 3200),
    "健康险": (0.25, 0.04, 2100),
    "意外险": (0.15, -0.02, 600),
    "家财险": (0.10, 0.01, 900),
}
CHANNELS = {
    "直销": (0.38, 0.03),
    "门店": (0.27, 0.01),
    "互联网": (0.20, -0.01),
    "电销转介": (0.15, -0.16),
}
SEASON = (0.00, -0.035, 0.01, 0.01, 0.00, 0.015, 0.00, -0.01, 0.01, -0.01, 0.01, 0.02)
IMPROVING = (7, 33, 71)
GIVEN_HARD = (12, 48, 93)
TINY = (18, 39, 77, 115)
NEWCOMERS = {19: 11, 38: 12, 59: 13, 79: 10, 99: 14, 119: 15}
TRANSFERS = {5: (9, "远航"), 26: (8, "磐石"), 66: (10, "晨曦"), 104: (9, "星火")}


def company() -> Mapping[str, pd.DataFrame]:
    """Frames with Chinese headers, by kind of record: agents, policies, contacts, surveys,
    complaints, assessments."""
    random = np.random.default_rng(SEED)
    agents = _agents(random)
    policies = _policies(random, agents)
    return {
        "agents": _roster(agents),
        "policies": policies[POLICY_HEADERS],
        "contacts": _contacts(random, agents, policies),
        "surveys": _surveys(random, agents, policies),
        "complaints": _complaints(random, agents, policies),
        "assessments": _assessments(random, agents),
    }


def month_at(index: int) -> dt.date:
    return add_months(FIRST, index)


def agent_id_at(index: int) -> str:
    return f"A{1001 + index}"


def _numbered(letter: str, first: int, count: int) -> pd.Series:
    """Ids of a letter and seven digits: P0000001."""
    numbers = pd.Series(np.arange(first, first + count) + 10_000_000)
    return letter + numbers.astype("str").str[1:]


def _agents(random: np.random.Generator) -> pd.DataFrame:
    rows = []
    for index in range(SIZE * len(TEAMS)):
        team = list(TEAMS)[index // SIZE]
        name = (
            SURNAMES[int(random.integers(len(SURNAMES)))] + GIVEN[int(random.integers(len(GIVEN)))]
        )
        rows.append(
            {
                "index": index,
                "工号": agent_id_at(index),
                "姓名": "陈伟" if index in (22, 84) else name,
                "team": team,
                "skill": float(random.normal(0.0, 0.045)) + (0.055 if team == "锐进" else 0.0),
                "service": float(random.normal(0.0, 4.0)) - (13.0 if team == "锐进" else 0.0),
                "calls": float(np.clip(random.normal(14.0, 3.5), 6.0, 26.0)),
                "knowledge": float(np.clip(random.normal(80.0, 7.0), 55.0, 98.0)),
                "book": 3.0
                if index in TINY
                else float(np.clip(random.normal(19.3, 4.0), 9.0, 32.0)),
                "first": NEWCOMERS.get(index, 0),
            }
        )
    agents = pd.DataFrame(rows)
    agents.loc[list(IMPROVING), "skill"] = -0.22
    agents.loc[list(GIVEN_HARD), "skill"] = 0.01
    return agents


def _roster(agents: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for agent in agents.to_dict("records"):
        for step in range(agent["first"], MONTHS):
            team = _team(agent, step)
            rows.append(
                {
                    "月份": f"{month_at(step):%Y-%m}",
                    "工号": agent["工号"],
                    "姓名": agent["姓名"],
                    "团队": team,
                    "机构": TEAMS[team],
                    "地区": "上海",
                    "入职日期": month_at(agent["first"])
                    if agent["first"]
                    else dt.date(2019 + agent["index"] % 5, 3, 1),
                    "件数目标": round(agent["book"] * 0.78, 1),
                    "保费目标": round(agent["book"] * 0.78 * 2330, 2),
                }
            )
    return pd.DataFrame(rows)


def _team(agent: Mapping[Any, Any], step: int) -> str:
    moved = TRANSFERS.get(int(agent["index"]))
    return moved[1] if moved and step >= moved[0] else str(agent["team"])


def _policies(random: np.random.Generator, agents: pd.DataFrame) -> pd.DataFrame:
    steps: list[tuple[int, int]] = []
    days = []
    for agent in agents.to_dict("records"):
        for step in range(agent["first"], MONTHS):
            month = month_at(step)
            count = int(
                random.poisson(agent["book"] * (1.15 if month.month in (11, 12, 1) else 0.97))
            )
            steps.append((agent["index"], step))
            days.append(random.integers(1, 29, count))
    index, at = np.repeat(np.array(steps), [len(part) for part in days], axis=0).T
    book = pd.DataFrame({"index": index, "at": at, "day": np.concatenate(days)})
    size = len(book)
    agent_of = agents.set_index("index").loc[book["index"]].reset_index()
    hard = np.isin(book["index"], GIVEN_HARD)
    shares = np.array([share for share, _ in CHANNELS.values()])
    channel = random.choice(list(CHANNELS), size, p=shares)
    channel = np.where(hard & (random.random(size) < 0.75), "电销转介", channel)
    product = random.choice(list(PRODUCTS), size, p=[share for share, _, _ in PRODUCTS.values()])
    first_term = random.random(size) < 0.27
    months = np.array([month_at(step) for step in range(MONTHS)], dtype="datetime64[D]")
    due = months[book["at"]] + (book["day"].to_numpy() - 1).astype("timedelta64[D]")
    chance = (
        0.815
        + agent_of["skill"].to_numpy()
        + np.array([CHANNELS[choice][1] for choice in channel])
        + np.array([PRODUCTS[choice][1] for choice in product])
        + np.array([SEASON[month_at(step).month - 1] for step in book["at"]])
        - 0.11 * first_term
        + np.where(np.isin(book["index"], IMPROVING), 0.024 * book["at"].to_numpy(), 0.0)
        - np.where(np.isin(book["index"], list(NEWCOMERS)), 0.05, 0.0)
    )
    renewed = random.random(size) < np.clip(chance, 0.05, 0.985)
    lag = np.clip(random.normal(-7.0, 8.0, size), -30, 29).round().astype("timedelta64[D]")
    late = ~renewed & (random.random(size) < 0.06)
    renewed_on = np.where(late, due + np.timedelta64(41, "D"), due + lag)
    as_of = np.datetime64(AS_OF)
    told = (renewed | late) & (renewed_on <= as_of)
    running = ~told & (due + np.timedelta64(30, "D") >= as_of)
    premium = np.array([PRODUCTS[choice][2] for choice in product]) * random.lognormal(
        0.0, 0.35, size
    )
    excluded = random.random(size) < 0.022
    return pd.DataFrame(
        {
            "保单号": _numbered("P", 1, size),
            "工号": agent_of["工号"].to_numpy(),
            "到期日": due,
            "续保结果": np.where(told, "已续", np.where(running, "跟进中", "未续")),
            "续保日期": np.where(told, renewed_on, np.datetime64("NaT")),
            "应续保费": premium.round(2),
            "续保保费": np.where(
                told,
                (premium * np.clip(random.normal(1.0, 0.09, size), 0.6, 1.5)).round(2),
                np.nan,
            ),
            "首年客户": np.where(first_term, "是", "否"),
            "产品": product,
            "渠道": channel,
            "客户号": _numbered("K", 1, size),
            "剔除原因": pd.Series(
                random.choice(["车辆已过户", "中途退保", "高风险名单"], size)
            ).where(excluded, None),
            "未续原因": pd.Series(
                random.choice(["价格", "转保他司", "失联", "服务"], size, p=[0.42, 0.3, 0.16, 0.12])
            ).where(~told & ~running, None),
            "index": book["index"],
            "at": book["at"],
        }
    )


def _contacts(
    random: np.random.Generator, agents: pd.DataFrame, policies: pd.DataFrame
) -> pd.DataFrame:
    """Contacts about policies (three each, first one 8–40 days ahead) and care calls that fill an
    agent's day."""
    repeat = np.repeat(np.arange(len(policies)), 3)
    ahead = random.integers(8, 34, len(policies))[repeat] - np.tile([0, 5, 11], len(policies))
    day = (
        policies["到期日"].to_numpy().astype("datetime64[D]")[repeat]
        - ahead.astype("timedelta64[D]")
        - 4
    )
    about = pd.DataFrame(
        {
            "工号": policies["工号"].to_numpy()[repeat],
            "day": day,
            "客户号": policies["客户号"].to_numpy()[repeat],
            "保单号": policies["保单号"].to_numpy()[repeat],
        }
    )
    calls = []
    weekdays = [
        pd.bdate_range(month_at(step), month_at(step + 1) - dt.timedelta(days=1))
        .to_numpy()
        .astype("datetime64[D]")
        for step in range(MONTHS)
    ]
    for agent in agents.to_dict("records"):
        for step in range(agent["first"], MONTHS):
            days = weekdays[step]
            count = max(0, int(random.normal(agent["calls"], 0.6) * len(days) - 3 * agent["book"]))
            calls.append((agent["工号"], count, random.choice(days, count)))
    sizes = [count for _, count, _ in calls]
    care = pd.DataFrame(
        {
            "工号": np.repeat([name for name, _, _ in calls], sizes),
            "day": np.concatenate([day for _, _, day in calls]),
        }
    )
    care["客户号"] = _numbered("C", 0, len(care))
    contacts = pd.concat([about, care], ignore_index=True)
    contacts = contacts[
        (contacts["day"] <= np.datetime64(AS_OF)) & (contacts["day"] >= np.datetime64(FIRST))
    ]
    contacts = contacts.sort_values(["day", "工号"], kind="stable").reset_index(drop=True)
    minutes = random.integers(9 * 60, 18 * 60, len(contacts))
    return pd.DataFrame(
        {
            "工号": contacts["工号"],
            "联系时间": contacts["day"].to_numpy().astype("datetime64[m]")
            + minutes.astype("timedelta64[m]"),
            "保单号": contacts["保单号"],
            "客户号": contacts["客户号"],
            "是否有效": np.where(random.random(len(contacts)) < 0.86, "是", "否"),
        }
    )


def _surveys(
    random: np.random.Generator, agents: pd.DataFrame, policies: pd.DataFrame
) -> pd.DataFrame:
    asked = policies[
        (random.random(len(policies)) < 0.38)
        & (policies["到期日"].to_numpy() <= np.datetime64(AS_OF))
    ]
    service = agents.set_index("index")["service"].loc[asked["index"]].to_numpy()
    hard = np.where(asked["渠道"].to_numpy() == "电销转介", -3.0, 0.0)
    points = np.clip(random.normal(85.0 + service + hard, 15.0), 20, 100)
    return pd.DataFrame(
        {
            "工号": asked["工号"].to_numpy(),
            "调查日期": asked["到期日"].to_numpy(),
            "评分": np.clip((points / 10).round(), 1, 10).astype(int),
        }
    )


def _complaints(
    random: np.random.Generator, agents: pd.DataFrame, policies: pd.DataFrame
) -> pd.DataFrame:
    service = agents.set_index("index")["service"].loc[policies["index"]].to_numpy()
    chance = np.clip(0.0055 - service * 0.0006, 0.001, 0.03)
    hit = policies[
        (random.random(len(policies)) < chance)
        & (policies["到期日"].to_numpy() <= np.datetime64(AS_OF))
    ]
    return pd.DataFrame(
        {
            "工号": hit["工号"].to_numpy(),
            "投诉日期": hit["到期日"].to_numpy(),
            "保单号": hit["保单号"].to_numpy(),
            "是否成立": np.where(random.random(len(hit)) < 0.4, "是", "否"),
        }
    )


def _assessments(random: np.random.Generator, agents: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for agent in agents.to_dict("records"):
        for step in range(agent["first"], MONTHS):
            if random.random() < 0.07:
                continue
            for item, shift in (
                ("保险知识", 0.0),
                ("沟通能力", agent["service"] * 0.35),
                ("解决问题能力", 1.0),
            ):
                score = float(np.clip(agent["knowledge"] + shift + random.normal(0, 4), 40, 100))
                rows.append(
                    (
                        agent["工号"],
                        month_at(step) + dt.timedelta(days=24),
                        item,
                        round(score),
                        f"{_team(agent, step)}主管",
                    )
                )
    return pd.DataFrame(rows, columns=["工号", "评定日期", "评定项目", "评分", "评定人"])
