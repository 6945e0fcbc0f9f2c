//! Charts of usage: one bar for each period, in one piece or in parts. They are SVG in the page itself, in the colours of the page, and
//! need no style of their own and no script. The same numbers stand beside each of them in a table.
//!
//! Widths and heights are parts of the space that there is, so that bars become narrower in a narrow window while texts stay as they are.

mod axis;

use askama::Template;
use axis::{Axis, percent};

use crate::duration::spoken;
use crate::format::counted;

/// A bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    /// The period that it is about, as short as can be: it stands below some of the bars.
    pub(crate) label: String,
    /// How many units were used: seconds.
    pub(crate) value: u64,
    /// How that is written.
    pub(crate) shown: String,
}

/// What a part of each bar is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Series {
    pub(crate) name: String,
    /// The part that it has in each bar, in the order of the bars.
    pub(crate) values: Vec<u64>,
}

/// How many series are told apart. What is left of them is one more.
pub(crate) const MOST_SERIES: usize = 6;

/// With more bars than this there is no space between them.
pub(crate) const MOST_APART: usize = 120;

/// With more bars than this none has a text that appears when it is pointed at.
const MOST_NAMED: usize = 400;

/// How many bars have their label below them at most, and how many where the window is narrow: above
/// that only the first and the last one.
const MOST_LABELS: usize = 5;
const MOST_LABELS_NARROW: usize = 3;

/// How much of its place a bar fills, in thousandths, and how wide it is at most in hundred thousandths of the chart.
const FILLED: u128 = 720;
const WIDEST: u128 = 6_000;

/// A chart.
#[derive(Template)]
#[template(path = "chart.html")]
pub(crate) struct Chart {
    title: String,
    summary: String,
    unit: &'static str,
    /// The numbers of the axis, and how far below the top each stands.
    marks: Vec<(String, String)>,
    labels: Vec<Label>,
    pieces: Vec<Piece>,
    are_apart: bool,
    /// The names of the series, the first of which stands lowest; empty where bars have no parts.
    legend: Vec<String>,
}

/// A rectangle.
struct Piece {
    x: String,
    y: String,
    width: String,
    height: String,
    /// The number of its series.
    series: usize,
    /// What appears when it is pointed at; empty for nothing.
    text: String,
}

/// A text below a bar.
struct Label {
    text: String,
    x: String,
    /// Which side of the text stands at its place.
    anchor: &'static str,
    /// Whether it is left out where the window is narrow.
    is_for_wide: bool,
}

/// A chart of bars in one piece, in the order in which they are given.
pub(crate) fn bars(title: &str, bars: &[Bar]) -> Chart {
    let whole = Series { name: String::new(), values: bars.iter().map(|bar| bar.value).collect() };
    Chart { legend: Vec::new(), ..stacked(title, bars, vec![whole]) }
}

/// A chart of bars whose parts belong to these series. The largest series stands lowest; if there are too many, the smallest are one.
pub(crate) fn stacked(title: &str, bars: &[Bar], series: Vec<Series>) -> Chart {
    let series = ranked(series);
    let axis = Axis::up_to(bars.iter().map(|bar| bar.value).max().unwrap_or_default());
    let mut pieces = Vec::new();
    for (place, bar) in bars.iter().enumerate() {
        let (x, width) = extent(place, bars.len());
        let mut below = 0_u64;
        for (number, one) in series.iter().enumerate() {
            let value = one.values.get(place).copied().unwrap_or_default();
            if value == 0 {
                continue;
            }
            below = below.saturating_add(value);
            let text = match () {
                () if bars.len() > MOST_NAMED => String::new(),
                () if one.name.is_empty() => format!("{}: {}", bar.label, bar.shown),
                () => format!("{}, {}: {}", bar.label, one.name, spoken(i64::try_from(value).unwrap_or(i64::MAX))),
            };
            let (x, width) = (x.clone(), width.clone());
            pieces.push(Piece { x, width, y: axis.below_top(below), height: axis.height(value), series: number, text });
        }
    }
    Chart {
        title: title.to_owned(),
        summary: summary(bars),
        unit: axis.unit,
        marks: axis.marks(),
        labels: labels(bars),
        pieces,
        are_apart: bars.len() <= MOST_APART,
        legend: series.into_iter().map(|one| one.name).collect(),
    }
}

/// The series, the largest first, and at most one more than can be told apart.
fn ranked(mut series: Vec<Series>) -> Vec<Series> {
    let total = |one: &Series| one.values.iter().map(|value| u128::from(*value)).sum::<u128>();
    series.sort_by_key(|one| std::cmp::Reverse(total(one)));
    if series.len() <= MOST_SERIES {
        return series;
    }
    let rest = series.split_off(MOST_SERIES);
    let mut values = vec![0_u64; rest.iter().map(|one| one.values.len()).max().unwrap_or_default()];
    for one in &rest {
        for (sum, value) in values.iter_mut().zip(&one.values) {
            *sum = sum.saturating_add(*value);
        }
    }
    series.push(Series { name: counted(rest.len() as u64, "other", "others"), values });
    series
}

/// Where a bar begins, and how wide it is.
fn extent(place: usize, count: usize) -> (String, String) {
    let (place, count) = (place as u128, count as u128);
    // In hundred thousandths of the chart, times the number of bars.
    let slot = 100_000;
    let width = if count > MOST_APART as u128 { slot } else { (slot * FILLED / 1_000).min(WIDEST * count) };
    let begin = slot * place + (slot - width) / 2;
    (percent(begin, slot * count), percent(width, slot * count))
}

/// The labels of some bars, the first and the last among them.
fn labels(bars: &[Bar]) -> Vec<Label> {
    let count = bars.len().min(MOST_LABELS);
    let all = 2 * bars.len() as u128;
    let label = |number: usize| {
        let place = if count > 1 { number * (bars.len() - 1) / (count - 1) } else { 0 };
        // In halves of a bar's place, so that its middle is a whole number. A text must not stand out at the side.
        let middle = 2 * place as u128 + 1;
        let (at, anchor) = match middle * 100 / all {
            ..8 => (middle - 1, "start"),
            92.. => (middle + 1, "end"),
            _ => (middle, "middle"),
        };
        let is_for_wide = count > MOST_LABELS_NARROW && (1..count - 1).contains(&number);
        Some(Label { text: bars.get(place)?.label.clone(), x: percent(at, all), anchor, is_for_wide })
    };
    (0..count).filter_map(label).collect()
}

/// The chart in a sentence.
fn summary(bars: &[Bar]) -> String {
    let largest = bars.iter().rev().max_by_key(|bar| bar.value);
    match (bars, largest) {
        ([first, .., last], Some(largest)) => {
            format!("{} to {}. Most: {} on {}.", first.label, last.label, largest.shown, largest.label)
        }
        ([one], _) => format!("{}: {}.", one.label, one.shown),
        _ => "Nothing was used.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, value: u64) -> Bar {
        Bar { label: label.to_owned(), value, shown: spoken(i64::try_from(value).unwrap()) }
    }

    fn days(count: u64) -> Vec<Bar> {
        (0..count).map(|day| bar(&format!("day {day}"), day * 60)).collect()
    }

    fn number(percent: &str) -> f64 {
        percent.trim_end_matches('%').parse().unwrap()
    }

    #[test]
    fn bars_stand_side_by_side_within_the_chart() {
        for count in [1, 2, 30, 120, 121, 366, 1_101] {
            let ends: Vec<(f64, f64)> = (0..count)
                .map(|place| {
                    let (x, width) = extent(place, count);
                    (number(&x), number(&x) + number(&width))
                })
                .collect();
            assert!(ends.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 0.002), "{count}");
            assert!(ends.iter().all(|(begin, end)| 0.0 <= *begin && begin < end && *end <= 100.001), "{count}");
        }
        assert_eq!(extent(0, 1), ("47.000%".to_owned(), "6.000%".to_owned()));
    }

    #[test]
    fn what_is_nothing_has_no_bar_and_parts_stand_on_each_other() {
        let chart = bars("Usage", &days(3));
        assert_eq!(chart.pieces.len(), 2);
        let parts = vec![
            Series { name: "small".to_owned(), values: vec![0, 60] },
            Series { name: "large".to_owned(), values: vec![60, 60] },
        ];
        let chart = stacked("Usage", &[bar("a", 60), bar("b", 120)], parts);
        assert_eq!(chart.legend, ["large", "small"]);
        let places: Vec<_> = chart.pieces.iter().map(|piece| (piece.series, piece.y.as_str(), piece.height.as_str())).collect();
        assert_eq!(places, [(0, "50.000%", "50.000%"), (0, "50.000%", "50.000%"), (1, "0.000%", "50.000%")]);
    }

    #[test]
    fn the_smallest_of_many_series_are_one() {
        let series = |value: u64| Series { name: format!("s{value}"), values: vec![value, 1] };
        let chart = stacked("Usage", &[bar("a", 45), bar("b", 9)], (1..=9).map(series).collect());
        assert_eq!(chart.legend, ["s9", "s8", "s7", "s6", "s5", "s4", "3 others"]);
        assert_eq!(chart.pieces.iter().filter(|piece| piece.text == "a, 3 others: 6\u{a0}s").count(), 1);
        assert_eq!(stacked("Usage", &[bar("a", 21)], (1..=6).map(series).collect()).legend.len(), 6);
    }

    #[test]
    fn few_labels_stand_below_many_bars() {
        for count in [1, 2, 3, 7, 8, 12, 30, 366, 1_101] {
            let labels = labels(&days(count));
            let narrow: Vec<&str> = labels.iter().filter(|label| !label.is_for_wide).map(|label| label.text.as_str()).collect();
            assert!(labels.len() <= MOST_LABELS && narrow.len() <= MOST_LABELS_NARROW, "{count}");
            let (first, last) = (Some(&"day 0"), format!("day {}", count - 1));
            assert_eq!((narrow.first(), narrow.last().copied()), (first, Some(last.as_str())));
        }
    }

    #[test]
    fn a_sentence_says_what_the_chart_shows() {
        assert_eq!(summary(&[]), "Nothing was used.");
        assert_eq!(summary(&days(1)), "day 0: 0\u{a0}h.");
        assert_eq!(summary(&days(3)), "day 0 to day 2. Most: 2\u{a0}min on day 2.");
    }

    #[test]
    fn the_largest_charts_are_small_in_an_answer() {
        let compressed = |chart: &Chart| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut encoder, chart.render().unwrap().as_bytes()).unwrap();
            encoder.finish().unwrap().len()
        };
        let value = |place: u64| place * 7_919 % 100_003;
        let many: Vec<Bar> = (0..1_101).map(|place| bar(&format!("2026-11-{place}"), value(place))).collect();
        let series = |number: u64| Series {
            name: format!("language-{number}"),
            values: (0..158).map(|place| value(place + number)).collect(),
        };
        let parts: Vec<Series> = (0..50).map(series).collect();
        let weeks: Vec<Bar> = (0..158).map(|place| bar(&format!("2026-11-{place}"), 50 * value(place))).collect();
        for size in [compressed(&bars("Usage", &many)), compressed(&stacked("Usage", &weeks, parts))] {
            assert!(size < 40_000, "{size}");
        }
    }

    #[test]
    fn texts_are_escaped() {
        let evil = "</svg><script>\"'&";
        let series = vec![Series { name: evil.to_owned(), values: vec![1] }];
        let html = stacked(evil, &[bar(evil, 1)], series).render().unwrap();
        assert!(!html.contains("<script") && html.contains("&#60;script&#62;&#34;&#39;&#38;"), "{html}");
    }
}
