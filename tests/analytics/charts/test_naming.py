"""Names beside marks: none overlaps another or covers a mark, also where the chart is wider."""

from itertools import combinations

import numpy as np
import pytest

from analytics.charts.naming import LINE, Marks, Spot, name_spots, name_width, told_apart


def crowd(count: int, room: tuple[float, float], seed: int) -> Marks:
    random = np.random.default_rng(seed)
    middle = random.normal(0.5, 0.16, (count, 2)).clip(0.03, 0.97) * np.array(room)
    return Marks(middle[:, 0], middle[:, 1], random.uniform(4, 12, count))


def box(marks: Marks, spot: Spot, width: float, stretch: tuple[float, float]) -> tuple[float, ...]:
    """Left, top, right and bottom of a name on a chart that was stretched."""
    x = marks.x[spot.mark] * stretch[0] + spot.right
    y = marks.y[spot.mark] * stretch[1] + spot.down
    return x - width / 2, y - LINE / 2, x + width / 2, y + LINE / 2


def meet(first: tuple[float, ...], other: tuple[float, ...]) -> bool:
    apart = 1e-6
    return (
        first[0] < other[2] - apart
        and other[0] < first[2] - apart
        and first[1] < other[3] - apart
        and other[1] < first[3] - apart
    )


@pytest.mark.parametrize("wider", [1.0, 1.1, 1.25, 1.4])
@pytest.mark.parametrize(("count", "named"), [(30, 30), (120, 20), (400, 12)])
def test_no_name_overlaps_another_or_covers_a_mark_also_where_the_chart_is_wider(
    count, named, wider
):
    stretch = (wider, 1.0)
    room, width = (520.0, 396.0), 44.0
    for seed in range(8):
        marks = crowd(count, room, seed)
        spots = name_spots(marks, [(mark, width) for mark in range(named)], room, 1.4)
        boxes = [box(marks, spot, width, stretch) for spot in spots]
        assert not any(meet(first, other) for first, other in combinations(boxes, 2))
        x, y = marks.x * stretch[0], marks.y * stretch[1]
        drawn = list(
            zip(x - marks.reach, y - marks.reach, x + marks.reach, y + marks.reach, strict=True)
        )
        assert not any(meet(place, mark) for place in boxes for mark in drawn)
        assert all(
            left >= -1e-6
            and top >= -1e-6
            and right <= room[0] * stretch[0] + 1e-6
            and bottom <= room[1] * stretch[1] + 1e-6
            for left, top, right, bottom in boxes
        )


def test_thirty_people_are_all_named():
    room = (520.0, 396.0)
    for seed in range(20):
        marks = crowd(30, room, seed)
        spots = name_spots(marks, [(mark, 44.0) for mark in range(30)], room, 1.4)
        assert sorted(spot.mark for spot in spots) == list(range(30))


def test_where_there_is_a_choice_names_stay_apart_however_far_somebody_zooms_in():
    marks = Marks(np.array([100.0, 130.0]), np.array([100.0, 100.0]), np.array([5.0, 5.0]))
    spots = name_spots(marks, [(0, 40.0), (1, 40.0)], (400.0, 400.0))
    assert [(spot.right, spot.down) for spot in spots] == [(-28.0, 0.0), (28.0, 0.0)]
    for stretch in (2.0, 10.0, 1000.0):
        first, second = (box(marks, spot, 40.0, (stretch, stretch)) for spot in spots)
        assert not meet(first, second)


def test_a_name_stands_to_the_right_of_its_mark_unless_the_room_ends_there():
    marks = Marks(np.array([50.0, 390.0]), np.array([100.0, 300.0]), np.array([5.0, 5.0]))
    right, left = name_spots(marks, [(0, 40.0), (1, 40.0)], (400.0, 400.0))
    assert (right.right, right.down, right.led) == (28.0, 0.0, False)
    assert (left.right, left.down, left.led) == (-28.0, 0.0, False)


def test_a_name_without_room_beside_its_mark_stands_further_off_at_the_end_of_a_line():
    around = np.array([(x, y) for x in range(20, 200, 20) for y in range(20, 200, 20)], dtype=float)
    marks = Marks(around[:, 0], around[:, 1], np.full(len(around), 8.0))
    middle = next(place for place, (x, y) in enumerate(around) if (x, y) == (160, 100))
    (spot,) = name_spots(marks, [(middle, 40.0)], (400.0, 400.0))
    assert spot.led
    assert marks.x[middle] + spot.right - 20 >= 188


def test_where_there_is_room_no_name_stands_on_the_line_that_leads_to_another():
    room = (700.0, 396.0)
    crossed = 0
    for seed in range(10):
        marks = crowd(22, room, seed)
        spots = name_spots(marks, [(mark, 44.0) for mark in range(22)], room)
        boxes = {spot.mark: box(marks, spot, 44.0, (1.0, 1.0)) for spot in spots}
        for spot in (spot for spot in spots if spot.led):
            ends = [
                (marks.x[spot.mark] + part * spot.right, marks.y[spot.mark] + part * spot.down)
                for part in np.arange(0.2, 0.85, 0.02)
            ]
            others = [name for mark, name in boxes.items() if mark != spot.mark]
            crossed += any(
                meet((x - 0.5, y - 0.5, x + 0.5, y + 0.5), other)
                for x, y in ends
                for other in others
            )
    assert crossed == 0


def test_a_name_that_finds_no_place_is_left_out_and_the_first_comes_first():
    marks = Marks(np.array([30.0, 30.0]), np.array([15.0, 15.0]), np.array([5.0, 5.0]))
    spots = name_spots(marks, [(1, 20.0), (0, 20.0)], (62.0, 30.0))
    assert [spot.mark for spot in spots] == [1, 0]
    assert not name_spots(marks, [(0, 80.0)], (62.0, 30.0))


def test_people_who_share_a_name_are_told_apart_by_their_ids():
    assert told_apart(["王静", "李雷", "王静"], ["A1", "A2", "A3"]) == [
        "王静 A1",
        "李雷",
        "王静 A3",
    ]


def test_a_chinese_letter_is_as_wide_as_it_is_high():
    assert name_width("王静") == 28
    assert name_width("Ann") == pytest.approx(3 * 0.64 * 12 + 4)
