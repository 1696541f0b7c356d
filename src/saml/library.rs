//! XML read and canonicalised: the one file that knows the libraries for it (bergshamra-c14n, and uppsala, its parser).
//!
//! Extensible Markup Language 1.0 and Namespaces 1.0; Exclusive XML Canonicalization 1.0, without comments. What is read is
//! copied into a small tree of our own, so that nothing else meets a library's idea of a document. What a signature is
//! worth is [`super::signature`]'s to say.

use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::uppsala::Parser;
use bergshamra_xml::{Document, NodeId, NodeKind, NodeSet};

/// How deep elements may lie in one another: a signed request needs six, metadata with extensions a few more.
const DEEPEST: u32 = 24;
/// No entity stands for anything: there is no document type to declare one in.
const NO_ENTITIES: usize = 0;

/// Why a text is not taken as XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unread {
    /// Not well-formed, too deep, or with a document type.
    #[error("not XML, or with a document type")]
    Malformed,
    /// With comments or processing instructions where none belong: readers disagree on the text around them.
    #[error("with comments or processing instructions")]
    Remarks,
}

/// Whether comments and processing instructions are passed over or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remarks {
    /// A message of a machine has none.
    Refused,
    /// Files that people keep may have some.
    PassedOver,
}

/// An element, with everything in it.
#[derive(Clone, Debug)]
pub(super) struct Element {
    /// The namespace of its name; empty if it has none.
    pub(super) namespace: String,
    /// Its name without prefix.
    pub(super) name: String,
    /// The elements in it.
    pub(super) children: Vec<Element>,
    /// The text that stands directly in it, all of it.
    pub(super) text: String,
    attributes: Vec<Attribute>,
    place: NodeId,
}

#[derive(Clone, Debug)]
struct Attribute {
    namespace: String,
    name: String,
    value: String,
}

/// More than one where one may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Several;

impl Element {
    /// Whether it has this name.
    pub(super) fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// The value of an attribute without a namespace.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let own = |attribute: &&Attribute| attribute.namespace.is_empty() && attribute.name == name;
        self.attributes
            .iter()
            .find(own)
            .map(|attribute| attribute.value.as_str())
    }

    /// The elements of a name directly in it.
    pub(super) fn all<'e>(&'e self, namespace: &'e str, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.is(namespace, name))
    }

    /// The one element of a name directly in it, if there is one.
    pub(super) fn one<'e>(&'e self, namespace: &'e str, name: &'e str) -> Result<Option<&'e Element>, Several> {
        let mut all = self.all(namespace, name);
        let first = all.next();
        if all.next().is_some() {
            return Err(Several);
        }
        Ok(first)
    }

    /// It and every element in it, at any depth.
    pub(super) fn every(&self) -> Vec<&Element> {
        let mut found = vec![self];
        let mut next = 0;
        while let Some(element) = found.get(next).copied() {
            found.extend(&element.children);
            next += 1;
        }
        found
    }

    /// Every value that names an element somewhere in it: attributes called `ID`, whatever their case and namespace
    /// (`xml:id` too), because others may look for any of them.
    pub(super) fn ids(&self) -> Vec<&str> {
        let mut found = Vec::new();
        for element in self.every() {
            let ids = element
                .attributes
                .iter()
                .filter(|one| one.name.eq_ignore_ascii_case("id"));
            found.extend(ids.map(|one| one.value.as_str()));
        }
        found
    }
}

/// A text read as XML.
#[derive(Debug)]
pub(super) struct Xml<'t> {
    document: Document<'t>,
    /// Its outermost element.
    pub(super) root: Element,
}

impl<'t> Xml<'t> {
    /// Reads a text: no document type, no entities of its own, no depth without end.
    pub(super) fn read(text: &'t str, remarks: Remarks) -> Result<Self, Unread> {
        let parser = Parser::new()
            .with_max_depth(DEEPEST)
            .with_max_entity_expansion(NO_ENTITIES)
            .with_forbid_dtd(true)
            .with_forbid_entities(true);
        let document = parser.parse(text).map_err(|_| Unread::Malformed)?;
        let top = document.document_element().ok_or(Unread::Malformed)?;
        let beside = document.children_iter(document.root()).any(|id| id != top);
        if beside && remarks == Remarks::Refused {
            return Err(Unread::Remarks);
        }
        let root = copied(&document, top, remarks)?;
        Ok(Self { document, root })
    }

    /// The canonical form of an element with everything in it, but without one of its parts. `prefixes` are those treated
    /// as in inclusive canonicalisation (Exclusive XML Canonicalization §3, `PrefixList`).
    pub(super) fn canonical(&self, of: &Element, without: Option<&Element>, prefixes: &[&str]) -> Option<Vec<u8>> {
        let whole = NodeSet::tree_without_comments(of.place, &self.document);
        let nodes = match without {
            Some(part) => whole.subtract(&NodeSet::tree_with_comments(part.place, &self.document)),
            None => whole,
        };
        canonicalize_doc(&self.document, C14nMode::Exclusive, Some(&nodes), prefixes).ok()
    }
}

fn copied(document: &Document<'_>, place: NodeId, remarks: Remarks) -> Result<Element, Unread> {
    let element = document.element(place).ok_or(Unread::Malformed)?;
    let attributes = element.attributes.iter().map(|attribute| Attribute {
        namespace: owned(attribute.name.namespace_uri.as_deref()),
        name: attribute.name.local_name.to_string(),
        value: attribute.value.to_string(),
    });
    let mut copy = Element {
        namespace: owned(element.name.namespace_uri.as_deref()),
        name: element.name.local_name.to_string(),
        children: Vec::new(),
        text: String::new(),
        attributes: attributes.collect(),
        place,
    };
    for child in document.children_iter(place) {
        match document.node_kind(child) {
            Some(NodeKind::Element(_)) => copy.children.push(copied(document, child, remarks)?),
            Some(NodeKind::Text(text) | NodeKind::CData(text)) => copy.text.push_str(text),
            _ if remarks == Remarks::Refused => return Err(Unread::Remarks),
            _ => {}
        }
    }
    Ok(copy)
}

fn owned(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}
