//! The structure of a document for those who hear it: headings, paragraphs, tables, and what on the pages belongs to each.

use krilla::tagging::{Identifier, Node, TagGroup, TagKind, TagTree};

/// A node of the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeId(usize);

/// A part of a node.
enum Child {
    Node(NodeId),
    Content(Identifier),
}

/// The nodes, in reading order.
#[derive(Default)]
pub(crate) struct Tags {
    nodes: Vec<(TagKind, Vec<Child>)>,
    roots: Vec<NodeId>,
}

impl Tags {
    /// A node inside `parent`, or at the top.
    pub(crate) fn add(&mut self, parent: Option<NodeId>, kind: impl Into<TagKind>) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push((kind.into(), Vec::new()));
        match parent.and_then(|parent| self.nodes.get_mut(parent.0)) {
            Some((_, children)) => children.push(Child::Node(id)),
            None => self.roots.push(id),
        }
        id
    }

    /// What was drawn belongs to `node`.
    pub(crate) fn drawn(&mut self, node: NodeId, content: Identifier) {
        if let Some((_, children)) = self.nodes.get_mut(node.0) {
            children.push(Child::Content(content));
        }
    }

    /// The tree, in `language`.
    pub(crate) fn into_tree(self, language: &str) -> TagTree {
        let Self { nodes, roots } = self;
        let mut nodes: Vec<_> = nodes.into_iter().map(Some).collect();
        let mut tree = TagTree::new().with_lang(Some(language.to_owned()));
        for root in roots {
            if let Some(group) = group(&mut nodes, root) {
                tree.push(group);
            }
        }
        tree
    }
}

/// Documents are at most five nodes deep.
fn group(nodes: &mut [Option<(TagKind, Vec<Child>)>], id: NodeId) -> Option<TagGroup> {
    let (kind, children) = nodes.get_mut(id.0)?.take()?;
    let mut made = TagGroup::new(kind);
    for child in children {
        match child {
            Child::Content(content) => made.push(Node::Leaf(content)),
            Child::Node(node) => {
                if let Some(inner) = group(nodes, node) {
                    made.push(inner);
                }
            }
        }
    }
    Some(made)
}
