//! Every warning and every error names blame and cause, and the camera if one is at hand, as fields.

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::project::{File, hold, product_files};

/// Fields that each of them has.
const FIELDS: [&str; 2] = ["blame", "cause"];

/// Events that do not concern the camera at hand: the text, and why.
const OF_NO_CAMERA: [(&str, &str); 3] = [
    ("a publisher was refused", "its key is wrong, so whose it is nobody knows"),
    ("a sidecar is made anew", "it is of all cameras, whichever was asked for"),
    ("some rooms or the sub-streams cannot be drawn", "rooms are shared"),
];

struct Events<'a> {
    file: &'a File,
    /// The enclosing function knows a camera.
    of_camera: bool,
    broken: Vec<String>,
    seen: usize,
}

impl Events<'_> {
    fn within(&mut self, of_camera: bool, visit: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.of_camera, of_camera);
        visit(self);
        self.of_camera = before;
    }
}

/// Whether a function takes a camera's id, or asks its own data for it.
fn knows_camera(signature: &syn::Signature, body: &syn::Block) -> bool {
    let (signature, body) = (quote::quote!(#signature).to_string(), quote::quote!(#body).to_string());
    signature.contains(": CameraId")
        || ["self . camera ", ". camera ()"].iter().any(|asked| body.contains(asked))
}

impl<'ast> Visit<'ast> for Events<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        let known = knows_camera(&function.sig, &function.block);
        self.within(known, |events| visit::visit_item_fn(events, function));
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        let known = knows_camera(&function.sig, &function.block);
        self.within(known, |events| visit::visit_impl_item_fn(events, function));
    }

    fn visit_macro(&mut self, event: &'ast syn::Macro) {
        let name = event.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
        if matches!(&*name, "warn" | "error") && event.path.segments.len() > 1 {
            self.seen += 1;
            let place = format!("{}:{}", self.file.path, event.path.span().start().line);
            let (fields, message) = parts(event.tokens.clone());
            let is_of_none = OF_NO_CAMERA.iter().any(|(text, _)| message.trim_matches('"') == *text);
            let of_camera = (self.of_camera && !is_of_none).then_some("camera");
            for wanted in FIELDS.into_iter().chain(of_camera) {
                if !fields.iter().any(|field| field == wanted) {
                    self.broken.push(format!("{place}: no field `{wanted}`: {message}"));
                }
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
fn every_warning_and_error_says_whose_fault_it_is_and_why() {
    let (mut broken, mut seen) = (Vec::new(), 0);
    for file in product_files() {
        let parsed =
            syn::parse_file(file.product_text()).unwrap_or_else(|error| panic!("{}: {error}", file.path));
        let mut events = Events { file: &file, of_camera: false, broken: Vec::new(), seen: 0 };
        events.visit_file(&parsed);
        broken.extend(events.broken);
        seen += events.seen;
    }
    assert!(seen > 50, "warnings and errors are found: {seen}");
    hold(
        "a warning or an error says whose fault it is (camera, station, line, centre, operator), why, and of which camera",
        broken,
    );
}

#[test]
fn a_field_is_told_from_the_text() {
    let (fields, message) =
        parts("%error, camera = %id, blame = \"line\", \"it failed; blame=centre\"".parse().unwrap());
    assert_eq!((fields.join(" "), message.contains("blame=")), ("error camera blame".to_owned(), true));
}
