//! The text in a camera's picture (ONVIF Media 5.18): the one that was set here before is changed, or one is added.

use crate::camera::{Camera, token};
use crate::error::CallError;
use crate::text::escaped;
use crate::xml::Node;

/// Texts of a camera that are read.
const TEXTS_MAX: usize = 64;

/// What a camera allows.
pub(crate) struct TextOptions {
    /// Texts of the plain kind, if it says so; else all.
    pub(crate) most: u32,
}

/// A plain text that a camera shows.
pub(crate) struct Text {
    token: String,
    pub(crate) text: String,
}

impl Camera {
    pub(crate) async fn text_options(&self, source: &str) -> Result<TextOptions, CallError> {
        let inner = format!("<trt:ConfigurationToken>{}</trt:ConfigurationToken>", escaped(source));
        let told = self.media("GetOSDOptions", &inner).await?;
        let options =
            told.child("OSDOptions").ok_or(CallError::NotUnderstood("it has no options of texts"))?;
        let number = options.child("MaximumNumberOfOSDs");
        let of = |name: &str| number.and_then(|number| number.attribute(name)?.parse::<u32>().ok());
        Ok(TextOptions { most: of("PlainText").or_else(|| of("Total")).unwrap_or(0) })
    }

    /// The plain texts of a source.
    pub(crate) async fn texts(&self, source: &str) -> Result<Vec<Text>, CallError> {
        let inner = format!("<trt:ConfigurationToken>{}</trt:ConfigurationToken>", escaped(source));
        let told = self.media("GetOSDs", &inner).await?;
        Ok(told.all("OSDs").take(TEXTS_MAX).filter_map(|node| plain(node, source)).collect())
    }

    /// Shows `text`; `mark` is how texts begin that were set here before. Returns what the camera then says that it shows.
    pub(crate) async fn show(&self, source: &str, mark: &str, text: &str) -> Result<Vec<String>, CallError> {
        let before = self.texts(source).await?;
        let own = before.iter().find(|other| other.text.starts_with(mark));
        match own {
            Some(own) if is_same(&own.text, text) => {}
            Some(own) => self.put(source, &own.token, text).await?,
            None => match self.put(source, "", text).await {
                // No room for another: the first one gives way.
                Err(CallError::Fault(why)) => match before.first() {
                    Some(first) => self.put(source, &first.token, text).await?,
                    None => return Err(CallError::Fault(why)),
                },
                other => other?,
            },
        }
        Ok(self.texts(source).await?.into_iter().map(|text| text.text).collect())
    }

    async fn put(&self, source: &str, token: &str, text: &str) -> Result<(), CallError> {
        let name = if token.is_empty() { "CreateOSD" } else { "SetOSD" };
        let inner = format!(
            "<trt:OSD token=\"{}\"><tt:VideoSourceConfigurationToken>{}</tt:VideoSourceConfigurationToken>\
             <tt:Type>Text</tt:Type><tt:Position><tt:Type>UpperLeft</tt:Type></tt:Position>\
             <tt:TextString><tt:Type>Plain</tt:Type><tt:PlainText>{}</tt:PlainText></tt:TextString></trt:OSD>",
            escaped(token),
            escaped(source),
            escaped(text)
        );
        self.media(name, &inner).await.map(|_| ())
    }
}

/// Cameras and XML change white space.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

pub(crate) fn plain(node: &Node, source: &str) -> Option<Text> {
    let is_plain = node.text_at(&["TextString", "Type"]) == "Plain";
    // Some cameras ignore for which source they are asked.
    let is_its = node.text_at(&["VideoSourceConfigurationToken"]) == source;
    let (token, text) = (token(node)?.to_owned(), node.text_at(&["TextString", "PlainText"]).to_owned());
    (is_plain && is_its).then_some(Text { token, text })
}
