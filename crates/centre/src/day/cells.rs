//! Cells of equal length, each as bad as the worst moment in it: no average hides a hole.

use std::ops::Range;

use ashkar_terms::{State, UtcMicros};

use crate::Entry;

/// Maximum number of cells in a row.
const MAX_CELLS: i64 = 288;

/// The badness of a state, when several must be shown as one: not owed is least bad, missing is worst.
pub const fn badness(state: State) -> u8 {
    match state {
        State::Due => 0,
        State::Live => 1,
        State::Late => 2,
        State::Hidden => 3,
        State::Missing => 4,
    }
}

/// Cells over `[from, to)`: cell i covers `[from + i·step, from + (i+1)·step)`, and the last one contains `to` or ends
/// with it. There are none if the span is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Start of the first cell.
    pub from: UtcMicros,
    /// End of the time shown.
    pub to: UtcMicros,
    /// Length of a cell, microseconds.
    pub step_us: i64,
}

impl Grid {
    /// Cells of `step_us`, doubled until there are at most 288.
    pub fn new(from: UtcMicros, to: UtcMicros, step_us: i64) -> Self {
        let mut grid = Self { from, to: to.max(from), step_us: step_us.max(1) };
        while grid.ends_before(grid.to) > MAX_CELLS {
            grid.step_us = grid.step_us.saturating_mul(2);
        }
        grid
    }

    /// Number of cells.
    pub fn cells(&self) -> usize {
        usize::try_from(self.ends_before(self.to)).unwrap_or_default()
    }

    /// The cells that `entry` touches.
    fn touched(&self, entry: &Entry) -> Range<usize> {
        let (from, to) = (entry.from.max(self.from), entry.to.min(self.to));
        if from >= to {
            return 0..0;
        }
        let first = from.since(self.from) / self.step_us;
        usize::try_from(first).unwrap_or_default()..usize::try_from(self.ends_before(to)).unwrap_or_default()
    }

    /// Number of cells that begin before `to`.
    fn ends_before(&self, to: UtcMicros) -> i64 {
        let length = to.since(self.from);
        length / self.step_us + i64::from(length % self.step_us > 0)
    }
}

/// The worst of a cell, from the least bad on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cell {
    Due,
    Live,
    Late,
    /// Late, and not there yet.
    Coming,
    Hidden,
    Missing,
}

impl Cell {
    fn of(entry: &Entry) -> Self {
        match entry.state {
            State::Due => Self::Due,
            State::Live => Self::Live,
            State::Late if entry.is_arriving() => Self::Coming,
            State::Late => Self::Late,
            State::Hidden => Self::Hidden,
            State::Missing => Self::Missing,
        }
    }
}

/// The cells of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells(Vec<Cell>);

impl Cells {
    /// Cells in which nothing is owed yet.
    pub fn due(grid: &Grid) -> Self {
        Self(vec![Cell::Due; grid.cells()])
    }

    /// Lays a camera's intervals over the cells.
    pub fn cover(&mut self, grid: &Grid, entries: &[Entry]) {
        for entry in entries {
            for cell in self.0.get_mut(grid.touched(entry)).unwrap_or_default() {
                *cell = Cell::of(entry).max(*cell);
            }
        }
    }

    /// A letter for each: D(ue), L(ive), A(rrived late), C(oming), H(idden), M(issing).
    pub fn letters(&self) -> String {
        let letter = |cell: &Cell| match cell {
            Cell::Due => 'D',
            Cell::Live => 'L',
            Cell::Late => 'A',
            Cell::Coming => 'C',
            Cell::Hidden => 'H',
            Cell::Missing => 'M',
        };
        self.0.iter().map(letter).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::day::test_days::{at, cameras};

    const STEP_US: i64 = 600_000_000;

    fn letters(grid: &Grid, cameras: &[Vec<Entry>]) -> String {
        let mut cells = Cells::due(grid);
        cameras.iter().for_each(|entries| cells.cover(grid, entries));
        cells.letters()
    }

    #[test]
    fn a_hole_of_one_second_shows() {
        let entry = |from, to, state| Entry { from: at(from), to: at(to), state, cause: None, hidden: None };
        let entries = [
            entry(0, 899, State::Live),
            entry(899, 900, State::Missing),
            entry(900, 1200, State::Live),
            entry(1200, 1201, State::Late),
            entry(1201, 1900, State::Live),
        ];
        let grid = Grid::new(at(0), at(1900), STEP_US);
        assert_eq!(letters(&grid, &[entries.to_vec()]), "LMAL");
        let hidden = vec![entry(0, 1900, State::Hidden)];
        assert_eq!(letters(&grid, &[entries.to_vec(), hidden]), "HMHH");
        assert_eq!(letters(&grid, &[]), "DDDD");
        let coming = vec![Entry { cause: Some(ashkar_terms::Cause::Uplink), ..entry(0, 1900, State::Late) }];
        assert_eq!(letters(&grid, &[entries.to_vec(), coming]), "CMCC");
    }

    #[test]
    fn there_are_as_many_cells_as_the_day_is_long_and_never_too_many() {
        let cells = |seconds: i64| {
            let grid = Grid::new(at(0), at(seconds), STEP_US);
            (grid.cells(), grid.step_us / 1_000_000)
        };
        assert_eq!((cells(0), cells(-5)), ((0, 600), (0, 600)));
        assert_eq!((cells(1), cells(600), cells(601)), ((1, 600), (1, 600), (2, 600)));
        assert_eq!((cells(288 * 600), cells(288 * 600 + 1)), ((288, 600), (145, 1200)));
        assert!(Grid::new(UtcMicros(i64::MIN), UtcMicros(i64::MAX), 1).cells() <= MAX_CELLS as usize);
    }

    proptest! {
        #[test]
        fn a_cell_is_the_worst_of_what_it_covers(cameras in cameras(), seconds in 0..4000i64) {
            let grid = Grid::new(at(0), at(seconds), STEP_US);
            let mut worst = vec![Cell::Due; grid.cells()];
            for second in 0..seconds {
                let cell = &mut worst[(second / 600) as usize];
                let entries = cameras.iter().flatten();
                let told = entries.filter(|entry| entry.from <= at(second) && at(second) < entry.to);
                *cell = told.map(Cell::of).chain([*cell]).max().unwrap();
            }
            prop_assert_eq!(letters(&grid, &cameras), Cells(worst).letters());
        }
    }
}
