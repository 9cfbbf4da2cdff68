//! Every warning and every error says whose fault it is, as a field.

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::Visit;

use crate::project::{File, hold, product_files};

struct Events<'a> {
    file: &'a File,
    broken: Vec<String>,
    seen: usize,
}

impl<'ast> Visit<'ast> for Events<'_> {
    fn visit_macro(&mut self, event: &'ast syn::Macro) {
        let name = event.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if matches!(&*name, "warn" | "error") && event.path.segments.len() > 1 {
            self.seen += 1;
            let place = format!("{}:{}", self.file.path, event.path.span().start().line);
            let (fields, message) = parts(event.tokens.clone());
            if !fields.iter().any(|field| field == "blame") {
                self.broken.push(format!("{place}: no field `blame`: {message}"));
            }
            if message.contains("blame=") {
                self.broken.push(format!("{place}: `blame` is a field, not a part of the text: {message}"));
            }
        }
    }
}

/// Names of an event's fields, and its message.
fn parts(tokens: TokenStream) -> (Vec<String>, String) {
    let mut fields = Vec::new();
    let mut message = String::new();
    let mut argument: Vec<TokenTree> = Vec::new();
    let mut arguments = Vec::new();
    for token in tokens {
        if matches!(&token, TokenTree::Punct(comma) if comma.as_char() == ',') {
            arguments.push(std::mem::take(&mut argument));
        } else {
            argument.push(token);
        }
    }
    arguments.push(argument);
    for argument in arguments {
        match argument.iter().find(|token| !matches!(token, TokenTree::Punct(_))) {
            Some(TokenTree::Ident(name)) => fields.push(name.to_string()),
            Some(TokenTree::Literal(text)) => message = text.to_string(),
            _ => {}
        }
    }
    (fields, message)
}

#[test]
fn every_warning_and_error_says_whose_fault_it_is() {
    let (mut broken, mut seen) = (Vec::new(), 0);
    for file in product_files() {
        let parsed =
            syn::parse_file(file.product_text()).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        let mut events = Events { file: &file, broken: Vec::new(), seen: 0 };
        events.visit_file(&parsed);
        broken.extend(events.broken);
        seen += events.seen;
    }
    assert!(seen > 50, "warnings and errors are found: {seen}");
    hold("a warning or an error says whose fault it is: camera, station, line, centre, operator", broken);
}

#[test]
fn a_field_is_told_from_the_text() {
    let (fields, message) =
        parts("%error, camera = %id, blame = \"line\", \"it failed; blame=centre\"".parse().unwrap());
    assert_eq!((fields.join(" "), message.contains("blame=")), ("error camera blame".to_owned(), true));
}
