//! How answers look: colours and width on a terminal only, and a reader that goes away is no failure.

use std::io::{self, IsTerminal, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// A way to stand out. Without colours it is as if there were none, so it must never carry a meaning alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Style {
    /// As it is.
    #[default]
    Plain,
    /// A title.
    Title,
    /// Less important.
    Dim,
    /// As it should be.
    Good,
    /// Worth a look.
    Notable,
    /// Wrong.
    Bad,
}

impl Style {
    fn sequence(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Title => "\x1b[1m",
            Self::Dim => "\x1b[2m",
            Self::Good => "\x1b[32m",
            Self::Notable => "\x1b[33m",
            Self::Bad => "\x1b[1;31m",
        }
    }
}

/// What standard output can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Console {
    /// Whether colours are shown.
    pub(crate) colours: bool,
    /// Columns of the terminal; None where there is none.
    pub(crate) columns: Option<usize>,
}

impl Console {
    /// What standard output is.
    pub(crate) fn of_stdout() -> Self {
        let stdout = io::stdout();
        if !stdout.is_terminal() {
            return Self { colours: false, columns: None };
        }
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let size = rustix::termios::tcgetwinsize(&stdout).ok();
        let columns = size.map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0);
        Self { colours: !is_set("NO_COLOR") && !is_dumb, columns }
    }

    /// A text in a style.
    pub(crate) fn style(self, style: Style, text: &str) -> String {
        if !self.colours || style == Style::Plain || text.is_empty() {
            return text.to_owned();
        }
        format!("{}{text}\x1b[0m", style.sequence())
    }

    /// A text broken into lines that fit, each behind `indent` spaces.
    pub(crate) fn wrap(self, text: &str, indent: usize) -> String {
        let room = self.columns.unwrap_or(100).saturating_sub(indent).max(20);
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match lines.last_mut() {
                Some(line) if line.width() + 1 + word.width() <= room => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.to_owned()),
            }
        }
        lines.iter().map(|line| format!("{:indent$}{line}\n", "")).collect()
    }
}

/// A piece of text in a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    text: String,
    style: Style,
    is_right: bool,
    /// Whether it is never cut, as a part of it is of no use.
    is_whole: bool,
}

/// A cell with text at its left edge.
pub(crate) fn left(style: Style, text: impl Into<String>) -> Cell {
    Cell { text: text.into(), style, is_right: false, is_whole: false }
}

/// A cell with text at its right edge.
pub(crate) fn right(style: Style, text: impl Into<String>) -> Cell {
    Cell { text: text.into(), style, is_right: true, is_whole: false }
}

/// A cell at its left edge that is never cut: a digest, a key.
pub(crate) fn whole(text: impl Into<String>) -> Cell {
    Cell { text: text.into(), is_whole: true, ..Cell::default() }
}

/// Rows with their columns aligned, two spaces apart and behind. On a terminal the last column is cut to what fits.
pub(crate) fn table(console: Console, rows: &[Vec<Cell>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| {
        // What ends a row needs no room behind it.
        let is_padded =
            |row: &&Vec<Cell>| column + 1 < row.len() || row.get(column).is_some_and(|cell| cell.is_right);
        let cells = rows.iter().filter(is_padded).filter_map(|row| row.get(column));
        cells.map(|cell| cell.text.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        let mut used = 0;
        for (column, cell) in row.iter().enumerate() {
            let is_last = column + 1 == row.len();
            let room = console.columns.map(|columns| columns.saturating_sub(used + 2).max(8));
            let shown = match room {
                Some(room) if is_last && !cell.is_whole => cut(&cell.text, room),
                _ => cell.text.clone(),
            };
            let gap = widths[column].saturating_sub(shown.width());
            let (before, after) = if cell.is_right { (gap, 0) } else { (0, if is_last { 0 } else { gap }) };
            line.push_str(&format!("  {:before$}{}{:after$}", "", console.style(cell.style, &shown), ""));
            used += 2 + before + shown.width() + after;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The beginning of a text that fits into so many columns.
fn cut(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |character: &char| {
        used += character.width().unwrap_or(0);
        used <= room
    };
    let shown: String = text.chars().take_while(fits).collect();
    format!("{}…", shown.trim_end())
}

/// So many of something.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number as u64), if number == 1 { one } else { many })
}

/// A number with its thousands apart: `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes to standard output. A reader that has gone away has seen enough.
pub(crate) fn print(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIPE: Console = Console { colours: false, columns: None };
    const NARROW: Console = Console { colours: true, columns: Some(24) };

    #[test]
    fn tables() {
        let rows = [
            vec![
                left(Style::Title, "app"),
                right(Style::Plain, "12"),
                left(Style::Dim, "a long last column"),
            ],
            vec![left(Style::Title, "python"), right(Style::Plain, "1,234"), left(Style::Dim, "short")],
        ];
        let expected = "  app        12  a long last column\n  python  1,234  short\n";
        assert_eq!(table(PIPE, &rows), expected);
        let narrow = table(NARROW, &rows);
        assert!(
            narrow.contains("\x1b[1mapp\x1b[0m") && narrow.contains("\x1b[2ma long…\x1b[0m"),
            "{narrow:?}"
        );
        let digest = "0123456789abcdef".repeat(4);
        assert_eq!(table(NARROW, &[vec![whole(digest.as_str())]]), format!("  {digest}\n"));
        assert_eq!(table(PIPE, &[]), "");
    }

    #[test]
    fn words() {
        assert_eq!(NARROW.wrap("one two three four five six", 2), "  one two three four\n  five six\n");
        assert_eq!(PIPE.wrap("", 2), "");
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!((cut("abc", 3), cut("abcd", 3)), ("abc".to_owned(), "ab…".to_owned()));
    }
}
