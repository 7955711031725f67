//! Lines of at most eighty columns: styled text, wrapping, columns side by side.
//!
//! In: text of any length, from anybody. Out: lines whose width in terminal columns never
//! exceeds [`COLUMNS`], with control and direction characters made visible and colour codes only
//! where asked for. The width table covers combining marks, East Asian wide ranges and emoji in
//! the plane above; it errs on the wide side, so a line may be short but never too long.

use crate::diagnostic::visible;

use super::number::NO_BREAK;

/// Widest line of a page, in terminal columns.
pub const COLUMNS: usize = 80;

/// How a run of text looks in colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// As it comes.
    #[default]
    Plain,
    /// Headings.
    Strong,
    /// Something breaks.
    Bad,
    /// Something deserves a look.
    Caution,
    /// Something holds.
    Good,
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "\u{1b}[1m",
            Self::Bad => "\u{1b}[1;31m",
            Self::Caution => "\u{1b}[33m",
            Self::Good => "\u{1b}[32m",
        }
    }
}

/// Text with styles; everything put in is made safe to print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rich {
    characters: Vec<(char, Style)>,
}

impl Rich {
    /// Returns `text` in plain style.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self::default().and(text)
    }

    /// Returns `text` in one style.
    #[must_use]
    pub fn styled(style: Style, text: &str) -> Self {
        Self::default().and_styled(style, text)
    }

    /// Appends plain text.
    #[must_use]
    pub fn and(self, text: &str) -> Self {
        self.and_styled(Style::Plain, text)
    }

    /// Appends text in one style.
    #[must_use]
    pub fn and_styled(mut self, style: Style, text: &str) -> Self {
        self.characters
            .extend(tied(&visible(text)).map(|c| (c, style)));
        self
    }

    /// Tells whether there is nothing to print.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.characters.iter().all(|(c, _)| c.is_whitespace())
    }

    /// Width on one line, in terminal columns.
    #[must_use]
    pub fn width(&self) -> usize {
        self.characters.iter().map(|(c, _)| width(*c)).sum()
    }
}

/// Which side of a column text leans to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// To the left.
    Left,
    /// To the right: numbers.
    Right,
}

/// One cell of a row: its width in terminal columns, its side, its text.
pub type Cell = (usize, Align, Rich);

/// A page under construction.
#[derive(Clone, Debug, Default)]
pub struct Page {
    out: String,
    colour: bool,
}

impl Page {
    /// Starts an empty page.
    #[must_use]
    pub fn new(colour: bool) -> Self {
        Self {
            out: String::new(),
            colour,
        }
    }

    /// Adds an empty line.
    pub fn blank(&mut self) {
        self.out.push('\n');
    }

    /// Adds text in a column of its own, `indent` columns from the left.
    pub fn paragraph(&mut self, indent: usize, text: &Rich) {
        let indent = indent.min(COLUMNS / 2);
        for line in wrap(text, COLUMNS - indent) {
            self.put(indent, &line);
            self.out.push('\n');
        }
    }

    /// Adds text behind a hanging label: `label` at `indent`, text in a column behind it.
    pub fn entry(&mut self, indent: usize, label: (usize, &Rich), text: &Rich) {
        let (label_width, label) = label;
        let rest = COLUMNS.saturating_sub(indent + label_width);
        self.row(
            indent,
            0,
            &[
                (label_width, Align::Left, label.clone()),
                (rest.max(1), Align::Left, text.clone()),
            ],
        );
    }

    /// Adds cells side by side, each wrapped in its own width, `gap` columns apart.
    ///
    /// The widths, gaps and indent must fit [`COLUMNS`]; the layouts of this crate are constant.
    pub fn row(&mut self, indent: usize, gap: usize, cells: &[Cell]) {
        let total: usize = cells.iter().map(|(width, _, _)| width).sum();
        debug_assert!(indent + total + gap * cells.len().saturating_sub(1) <= COLUMNS);
        let wrapped: Vec<Vec<Line>> = cells
            .iter()
            .map(|(width, _, text)| wrap(text, *width))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for index in 0..height {
            let mut pending = indent;
            for ((cell_width, align, _), lines) in cells.iter().zip(&wrapped) {
                let line = lines.get(index).map_or(&[][..], Vec::as_slice);
                let used = line_width(line);
                let slack = cell_width.saturating_sub(used);
                if *align == Align::Right {
                    pending += slack;
                }
                if used > 0 {
                    self.put(pending, line);
                    pending = 0;
                } else {
                    pending += used;
                }
                if *align == Align::Left {
                    pending += slack;
                }
                pending += gap;
            }
            self.out.push('\n');
        }
    }

    /// Returns the page.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    fn put(&mut self, spaces: usize, line: &[(char, Style)]) {
        self.out.extend(std::iter::repeat_n(' ', spaces));
        let mut current = Style::Plain;
        for &(c, style) in line {
            if self.colour && style != current {
                if current != Style::Plain {
                    self.out.push_str("\u{1b}[0m");
                }
                self.out.push_str(style.code());
                current = style;
            }
            self.out.push(if c == NO_BREAK { ' ' } else { c });
        }
        if current != Style::Plain {
            self.out.push_str("\u{1b}[0m");
        }
    }
}

type Line = Vec<(char, Style)>;

/// Ties thousands written with spaces (`8 200`), so that no line ends inside a number.
fn tied(text: &str) -> impl Iterator<Item = char> {
    let characters: Vec<char> = text.chars().collect();
    let is_digit = |at: Option<usize>| {
        at.and_then(|at| characters.get(at))
            .is_some_and(char::is_ascii_digit)
    };
    let tied: Vec<char> = characters
        .iter()
        .enumerate()
        .map(|(at, &c)| {
            let group = (1..=3).all(|step| is_digit(Some(at + step))) && !is_digit(Some(at + 4));
            if c == ' ' && group && is_digit(at.checked_sub(1)) {
                NO_BREAK
            } else {
                c
            }
        })
        .collect();
    tied.into_iter()
}

/// Breaks text at spaces into lines of at most `columns`; a longer word is broken anywhere.
fn wrap(text: &Rich, columns: usize) -> Vec<Line> {
    let columns = columns.max(2);
    let mut lines: Vec<Line> = Vec::new();
    let mut line: Line = Vec::new();
    for word in text
        .characters
        .split(|(c, _)| matches!(c, ' ' | '\n' | '\t'))
        .filter(|word| !word.is_empty())
    {
        let space = usize::from(!line.is_empty());
        if line_width(&line) + space + line_width(word) <= columns {
            if space == 1 {
                let style = line.last().map_or(Style::Plain, |(_, style)| *style);
                line.push((
                    ' ',
                    if style == word[0].1 {
                        style
                    } else {
                        Style::Plain
                    },
                ));
            }
            line.extend_from_slice(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for &(c, style) in word {
            if line_width(&line) + width(c) > columns {
                lines.push(std::mem::take(&mut line));
            }
            line.push((c, style));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

fn line_width(line: &[(char, Style)]) -> usize {
    line.iter().map(|(c, _)| width(*c)).sum()
}

/// Columns one character takes in a terminal.
#[must_use]
pub fn width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f | 0x200b..=0x200d | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f => {
            0
        }
        0x1100..=0x115f
        | 0x231a..=0x231b
        | 0x23e9..=0x23f3
        | 0x25fd..=0x25fe
        | 0x2600..=0x27bf
        | 0x2b1b..=0x2b55
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f000..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_wrap_side_by_side() {
        let mut page = Page::new(false);
        page.row(
            2,
            1,
            &[
                (8, Align::Left, Rich::plain("NMP in the exhaust")),
                (6, Align::Right, Rich::plain("26.4")),
            ],
        );
        assert_eq!(page.finish(), "  NMP in     26.4\n  the\n  exhaust\n");
    }

    #[test]
    fn no_colour_code_without_colour() {
        let text = Rich::styled(Style::Bad, "REJECT").and(" now");
        let mut plain = Page::new(false);
        plain.paragraph(0, &text);
        assert_eq!(plain.finish(), "REJECT now\n");
        let mut coloured = Page::new(true);
        coloured.paragraph(0, &text);
        assert_eq!(coloured.finish(), "\u{1b}[1;31mREJECT\u{1b}[0m now\n");
    }

    #[test]
    fn control_characters_do_not_survive() {
        let mut page = Page::new(true);
        page.paragraph(0, &Rich::plain("a\u{1b}[31mred\u{202e}x"));
        assert_eq!(page.finish(), "a�[31mred�x\n");
    }
}
