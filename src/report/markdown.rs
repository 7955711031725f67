//! Markdown for a pull request or a job summary: verdict first, at most sixty lines.
//!
//! In: a [`Sheet`]. Out: a heading with the answer, what weakens the case, a table of the rules
//! that need a look. What does not fit is counted, never dropped in silence. Document text is
//! escaped: it makes no link, mention, image or HTML.

use super::number::count;
use super::sheet::{Level, Sheet, one_line};
use super::standing::Standing;

/// Most lines of a report.
pub const LINES_MAX: usize = 60;
/// Answers and weaknesses shown before the rest is counted.
const LIST_MAX: usize = 8;
/// Longest text of one cell or list item, in characters.
const TEXT_MAX: usize = 400;

/// Writes a sheet as markdown.
#[must_use]
pub fn markdown(sheet: &Sheet<'_>) -> String {
    let mut lines: Vec<String> = Vec::new();
    let (verdict, others) = match sheet.answers.split_first() {
        Some((first, rest)) => (first.as_str(), rest),
        None => ("nothing was judged", &[][..]),
    };
    lines.push(format!("## {}", escaped(verdict)));
    lines.push(String::new());
    lines.push(escaped(&sheet.subject));
    lines.push(String::new());
    bullets(&mut lines, "", others);
    bullets(&mut lines, "**What weakens the case**", &sheet.weaknesses);
    lines.push(tally(sheet));
    lines.push(String::new());
    table(&mut lines, sheet);
    lines.truncate(LINES_MAX);
    lines.join("\n") + "\n"
}

fn bullets(lines: &mut Vec<String>, heading: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    if !heading.is_empty() {
        lines.push(heading.to_owned());
        lines.push(String::new());
    }
    for item in items.iter().take(LIST_MAX) {
        lines.push(format!("- {}", escaped(item)));
    }
    if items.len() > LIST_MAX {
        lines.push(format!(
            "- and {} more in the report",
            items.len() - LIST_MAX
        ));
    }
    lines.push(String::new());
}

fn tally(sheet: &Sheet<'_>) -> String {
    let of = |wanted: Standing| {
        sheet
            .items
            .iter()
            .filter(|item| item.standing == Some(wanted))
            .count()
    };
    format!(
        "{} broken · {} undecided · {} broken, limit recalled · {} inside guard band · {} hold",
        of(Standing::Breaks),
        of(Standing::Undecided),
        of(Standing::Warns),
        of(Standing::Conditional),
        of(Standing::Holds)
    )
}

fn table(lines: &mut Vec<String>, sheet: &Sheet<'_>) {
    let rows: Vec<_> = sheet
        .items
        .iter()
        .filter(|item| item.level != Level::Silent)
        .collect();
    if rows.is_empty() {
        return;
    }
    lines.push("| level | finding | place |".to_owned());
    lines.push("|---|---|---|".to_owned());
    // One line is kept for the count of what does not fit.
    let space = LINES_MAX.saturating_sub(lines.len() + 1);
    for item in rows.iter().take(space) {
        let level = match item.level {
            Level::Error => "**error**",
            Level::Warning => "warning",
            Level::Note | Level::Silent => "note",
        };
        let place = &item.places[0];
        lines.push(format!(
            "| {level} | {} | {}:{} |",
            escaped(&item.message),
            escaped(&place.path),
            place.line
        ));
    }
    if rows.len() > space {
        let rest = u64::try_from(rows.len() - space).unwrap_or(u64::MAX);
        lines.push(format!("| | and {} more in the report | |", count(rest)));
    }
}

/// Escapes document text for markdown and shortens what no reader would finish, visibly.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = one_line(text).replace("www.", "www\u{e000}");
    let mut before = ' ';
    for (index, c) in text.chars().enumerate() {
        if index == TEXT_MAX {
            out.push('…');
            break;
        }
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            // Without `://` and `www.` nothing becomes a link by itself.
            '/' if before == ':' => out.push_str("&#47;"),
            '\u{e000}' => out.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_text_makes_no_markup() {
        assert_eq!(
            escaped("<img> [x](http://y) @all a|b"),
            "&lt;img&gt; \\[x\\](http:&#47;/y) &#64;all a\\|b"
        );
    }
}
