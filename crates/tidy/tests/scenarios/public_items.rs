//! Public items are used outside their crate: by another crate, or by its own tests, examples and fuzz targets.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::Visit;

use crate::project::{File, files, hold, product_files};

/// A public function. Constants document limits, and types and traits are named by what uses them.
struct Item {
    name: String,
    place: String,
}

struct Items<'a> {
    file: &'a File,
    found: Vec<Item>,
}

impl Items<'_> {
    fn add(&mut self, visibility: &syn::Visibility, name: &syn::Ident) {
        if matches!(visibility, syn::Visibility::Public(_)) {
            let place = format!("{}:{}", self.file.path, name.span().start().line);
            self.found.push(Item { name: name.to_string(), place });
        }
    }
}

impl<'ast> Visit<'ast> for Items<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.vis, &item.sig.ident);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.vis, &item.sig.ident);
    }
}

/// The words of a text that can be identifiers.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[test]
fn what_is_public_is_used_elsewhere() {
    // For each crate, the words of everything that is not a product file of it.
    let all = files(&[".rs"]);
    let mut elsewhere: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let product_files = product_files();
    let products: BTreeSet<&str> = product_files.iter().map(|file| &*file.path).collect();
    let crates: BTreeSet<String> =
        product_files.iter().filter_map(|file| file.product_of().map(str::to_owned)).collect();
    for file in &all {
        let own: BTreeSet<&str> = words(&file.text).collect();
        let product = products.contains(&*file.path).then(|| file.product_of()).flatten();
        for name in crates.iter().filter(|name| product != Some(name)) {
            elsewhere.entry(name.clone()).or_default().extend(own.iter().copied());
        }
    }
    let mut unused = Vec::new();
    for file in &product_files {
        let name = file.product_of().unwrap().to_owned();
        let mut items = Items { file, found: Vec::new() };
        items.visit_file(&syn::parse_file(file.product_text()).unwrap());
        let dead = items.found.into_iter().filter(|item| !elsewhere[&name].contains(&*item.name));
        unused.extend(dead.map(|item| format!("{}: {}", item.place, item.name)));
    }
    hold("a public item that nothing outside its crate names: make it `pub(crate)`, or take it out", unused);
}
