//! Embeds the pages again whenever they were rebuilt.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
}
