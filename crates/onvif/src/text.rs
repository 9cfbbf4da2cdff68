//! Text from a camera, for people: one line that shows all that is in it.

/// Longest text of a camera that is shown, characters.
const CHARS_MAX: usize = 120;

/// The beginning of `text` as one line. Whatever could move a cursor, hide or turn text round becomes a space.
pub(crate) fn line(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    let shown: String =
        text.trim().chars().take(CHARS_MAX).map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `text` inside an element or a quoted attribute (XML 1.0, 2.4).
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // No document can hold them.
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_cameras_text_moves_a_cursor() {
        assert_eq!(line(" a\u{1b}[2J\n b\u{202e}c "), "a [2J b c");
        assert_eq!(line(&"x".repeat(1000)).chars().count(), CHARS_MAX);
        assert_eq!(escaped("<a b=\"c\">&'\u{0}"), "&lt;a b=&quot;c&quot;&gt;&amp;&apos; ");
    }
}
