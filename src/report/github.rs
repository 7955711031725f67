//! GitHub workflow commands: annotations beside the lines of a pull request.
//!
//! In: a [`Sheet`]. Out: one `::error`, `::warning` or `::notice` line per item that needs a
//! look, and a notice with the verdict first. Escaping as the runner defines it: `%`, carriage
//! return and line feed in data, `:` and `,` as well in properties.

use super::sheet::{Item, Level, Sheet, one_line, relative_uri};

/// Writes a sheet as workflow commands.
#[must_use]
pub fn github(sheet: &Sheet<'_>) -> String {
    let mut out = String::new();
    if let Some(verdict) = sheet.answers.first() {
        out.push_str(&format!(
            "::notice title={}::{}\n",
            property(&sheet.subject),
            data(verdict)
        ));
    }
    for item in &sheet.items {
        if let Some(command) = command(item.level) {
            out.push_str(&line(command, item));
        }
    }
    out
}

fn command(level: Level) -> Option<&'static str> {
    match level {
        Level::Error => Some("error"),
        Level::Warning => Some("warning"),
        Level::Note => Some("notice"),
        Level::Silent => None,
    }
}

fn line(command: &str, item: &Item<'_>) -> String {
    let place = &item.places[0];
    let mut text = item.message.clone();
    for detail in &item.details {
        text.push('\n');
        text.push_str(detail);
    }
    // A file name in an annotation is a path, not a URI: only the climbing parts are removed.
    let title = item.rule.map_or(item.code.clone(), |rule| {
        format!("{} {}", rule.code, rule.title)
    });
    format!(
        "::{command} file={},line={},col={},title={}::{}\n",
        property(&relative_uri(&place.path).replace("%20", " ")),
        place.line.max(1),
        place.column.max(1),
        property(&title),
        data(&text)
    )
}

/// Escapes the text of a command.
fn data(text: &str) -> String {
    crate::diagnostic::visible(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes one property of a command.
fn property(text: &str) -> String {
    data(&one_line(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_starts_a_command_of_its_own() {
        assert_eq!(data("50 %\n::error::x"), "50 %25%0A::error::x");
        assert_eq!(property("a,b:c\nd"), "a%2Cb%3Ac d");
    }
}
