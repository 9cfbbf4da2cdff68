//! XML from a camera as a small tree of local names, with limits on all of it.
//!
//! Prefixes are dropped: cameras choose them freely, and some declare them wrongly. Declared entities are none of ours.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Longest document, bytes.
pub(crate) const BYTES_MAX: usize = 256 << 10;
/// Elements inside one another. The deepest answer that is read has twelve.
const DEPTH_MAX: usize = 32;
/// Elements of a document.
const ELEMENTS_MAX: usize = 8192;
/// Attributes of an element.
const ATTRIBUTES_MAX: usize = 32;

/// Why a document is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct XmlError(pub(crate) &'static str);

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Node {
    /// Without its prefix.
    pub(crate) name: String,
    /// All text directly in it.
    text: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Self>,
}

impl Node {
    /// The document's element.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, XmlError> {
        if bytes.len() > BYTES_MAX {
            return Err(XmlError("it is too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| XmlError("it is not UTF-8"))?;
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Self> = Vec::new();
        let mut elements = 0;
        loop {
            let event = reader.read_event().map_err(|_| XmlError("it is no XML"))?;
            let finished = match event {
                Event::Start(start) => {
                    open.push(element(&start, &mut elements)?);
                    if open.len() > DEPTH_MAX {
                        return Err(XmlError("its elements lie too deep"));
                    }
                    continue;
                }
                Event::Empty(start) => element(&start, &mut elements)?,
                Event::End(_) => open.pop().ok_or(XmlError("it is no XML"))?,
                Event::Text(text) => {
                    push(&mut open, &text.xml10_content());
                    continue;
                }
                Event::CData(text) => {
                    push(&mut open, text.as_ref());
                    continue;
                }
                Event::GeneralRef(reference) => {
                    let named = match reference.resolve_char_ref() {
                        Ok(Some(c)) => c,
                        _ => predefined(reference.as_ref())?,
                    };
                    push(&mut open, named.encode_utf8(&mut [0; 4]));
                    continue;
                }
                Event::DocType(_) => return Err(XmlError("it declares a document type")),
                Event::Eof => return Err(XmlError("it is cut")),
                Event::Decl(_) | Event::PI(_) | Event::Comment(_) => continue,
            };
            match open.last_mut() {
                Some(parent) => parent.children.push(finished),
                None => return Ok(finished),
            }
        }
    }

    /// The first child of that name.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The element at the end of a path of first children.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, name| node.child(name))
    }

    /// The text in it, without white space at its ends.
    pub(crate) fn text(&self) -> &str {
        self.text.trim()
    }

    /// The text at the end of a path; empty if there is none.
    pub(crate) fn text_at(&self, path: &[&str]) -> &str {
        self.at(path).map_or("", Self::text)
    }

    /// The number at the end of a path.
    pub(crate) fn number_at<T: std::str::FromStr>(&self, path: &[&str]) -> Option<T> {
        self.text_at(path).parse().ok()
    }

    /// An attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

fn push(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(text);
    }
}

fn predefined(name: &str) -> Result<char, XmlError> {
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(XmlError("it uses an entity of its own")),
    }
}

fn element(start: &BytesStart<'_>, elements: &mut usize) -> Result<Node, XmlError> {
    *elements += 1;
    if *elements > ELEMENTS_MAX {
        return Err(XmlError("it has too many elements"));
    }
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| XmlError("it is no XML"))?;
        if attributes.len() == ATTRIBUTES_MAX {
            return Err(XmlError("an element has too many attributes"));
        }
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| XmlError("it is no XML"))?;
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    let name = start.local_name().as_ref().to_owned();
    Ok(Node { name, attributes, ..Node::default() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tree_has_names_without_prefixes_and_text_with_entities() {
        let text = b"<?xml version=\"1.0\"?><a:b xmlns:a=\"x\" a:k=\"1 &amp; 2\"> <!-- c --><c:d>x &lt;&#65;<![CDATA[<y>]]></c:d><e/></a:b>";
        let node = Node::parse(text).unwrap();
        assert_eq!((node.name.as_str(), node.attribute("k")), ("b", Some("1 & 2")));
        assert_eq!(node.text_at(&["d"]), "x <A<y>");
        assert!(node.at(&["e"]).is_some() && node.at(&["e", "f"]).is_none());
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let refused = |text: String| Node::parse(text.as_bytes()).unwrap_err().0;
        assert_eq!(refused("<a>".repeat(100_000 / 3)), "its elements lie too deep");
        assert_eq!(refused(format!("<a>{}</a>", "<b/>".repeat(10_000))), "it has too many elements");
        assert_eq!(refused(format!("<a>{}</a>", " ".repeat(BYTES_MAX))), "it is too long");
        let attributes: String = (0..40).map(|number| format!(" a{number}=\"\"")).collect();
        assert_eq!(refused(format!("<a{attributes}/>")), "an element has too many attributes");
        assert_eq!(
            refused("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>".to_owned()),
            "it declares a document type"
        );
        assert_eq!(refused("<a>&b;</a>".to_owned()), "it uses an entity of its own");
        for cut in ["", "<a", "<a>", "<a></b>", "a", "</a>"] {
            assert!(Node::parse(cut.as_bytes()).is_err(), "{cut}");
        }
        assert!(Node::parse(b"<a>\xff</a>").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_fail(text in "[<>/a:= \"&;!\\[\\]#x0-9?-]{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Node::parse(text.as_bytes());
            let _ = Node::parse(&bytes);
        }
    }
}
