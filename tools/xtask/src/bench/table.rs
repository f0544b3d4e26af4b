//! A table of numbers as markdown.

use std::fmt;

use super::contest::Contestant;

/// A table, with what is to be said below it.
#[derive(Debug, Default)]
pub(super) struct Table {
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    /// A table with these columns.
    pub(super) fn new(heads: &[&str]) -> Table {
        Table { heads: heads.iter().map(|&head| head.to_owned()).collect(), ..Table::default() }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// Adds the rows and notes of another table of the same columns.
    pub(super) fn append(&mut self, other: Table) {
        self.heads = other.heads;
        self.rows.extend(other.rows);
        self.notes.extend(other.notes);
    }

    /// Adds a line below the table.
    pub(super) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// How long contestants took, each beside the one of this place.
    pub(super) fn durations(contestants: &[Contestant<'_>], base: usize) -> Table {
        let mut table = Table::new(&["what", "wall, median (quartiles)", "CPU, mean", "wall ratio", "runs"]);
        let base_wall = contestants.get(base).map_or(f64::NAN, |base| base.wall().median);
        for contestant in contestants {
            let wall = contestant.wall();
            table.row([
                contestant.name().to_owned(),
                format!("{} ({} … {})", time(wall.median), time(wall.low), time(wall.high)),
                time(contestant.cpu()),
                format!("{:.2}", wall.median / base_wall),
                contestant.count().to_string(),
            ]);
        }
        table
    }
}

/// A duration with the unit that suits it.
pub(super) fn time(seconds: f64) -> String {
    match seconds.abs() {
        0.0..0.000_999_5 => format!("{:.1} µs", seconds * 1e6),
        0.000_999_5..0.999_5 => format!("{:.2} ms", seconds * 1e3),
        _ => format!("{seconds:.2} s"),
    }
}

/// A number of bytes with its thousands apart.
pub(super) fn bytes(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |cells: &[String]| format!("| {} |", cells.join(" | "));
        writeln!(f, "{}", line(&self.heads))?;
        writeln!(f, "{}", line(&vec!["---".to_owned(); self.heads.len()]))?;
        self.rows.iter().try_for_each(|row| writeln!(f, "{}", line(row)))?;
        self.notes.iter().try_for_each(|note| writeln!(f, "\n{note}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_read_them() {
        for (seconds, expected) in [
            (0.0, "0.0 µs"),
            (0.000_071_26, "71.3 µs"),
            (-0.000_002, "-2.0 µs"),
            (0.001_2, "1.20 ms"),
            (0.25, "250.00 ms"),
            (12.345, "12.35 s"),
        ] {
            assert_eq!(time(seconds), expected);
        }
        for (count, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (3_083_096, "3,083,096")] {
            assert_eq!(bytes(count), expected);
        }
    }

    #[test]
    fn tables_are_markdown() {
        let mut table = Table::new(&["a", "b"]);
        table.row(["1".to_owned(), "2".to_owned()]);
        table.note("left out: c");
        assert_eq!(table.to_string(), "| a | b |\n| --- | --- |\n| 1 | 2 |\n\nleft out: c\n");
    }
}
