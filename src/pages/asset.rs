//! Style, scripts and pictures under names that carry a digest of their content, so that they may be kept for ever.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::brand::{self, Brand};
use super::path;

const CSS: &str = "text/css; charset=utf-8";
/// One sheet to the browser, in three files for those who write it; the last holds what wider screens change.
const STYLE: &str = concat!(
    include_str!("assets/base.css"),
    include_str!("assets/controls.css"),
    include_str!("assets/parts.css")
);
/// What the console adds to it.
const DESK_STYLE: &str = concat!(include_str!("assets/desk.css"), include_str!("assets/desk_parts.css"));
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

/// Bytes of the digest in a name: enough that two contents never share a name by chance.
const NAME_BYTES: usize = 9;

/// A file that a page refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset<'a> {
    /// What it is sent as.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: &'a [u8],
    /// Whether its address always means this very content.
    pub immutable: bool,
}

#[derive(Clone, Debug)]
struct File {
    media_type: &'static str,
    bytes: Vec<u8>,
}

/// All files, and the addresses the pages use for them.
#[derive(Clone, Debug)]
pub(super) struct Assets {
    files: BTreeMap<String, File>,
    pub(super) style: String,
    pub(super) colours: String,
    pub(super) follow: String,
    pub(super) pass: String,
    pub(super) send: String,
    pub(super) capture_style: String,
    pub(super) capture: String,
    pub(super) desk_style: String,
    pub(super) desk_script: String,
    pub(super) icon: String,
    pub(super) logo: Option<String>,
}

impl Assets {
    pub(super) fn new(brand: &Brand) -> Self {
        let mut files = BTreeMap::new();
        let mut add = |name: &str, ending: &str, media_type: &'static str, bytes: &[u8]| {
            let digest = digest(&SHA256, bytes);
            let digest = URL_SAFE_NO_PAD.encode(digest.as_ref().get(..NAME_BYTES).unwrap_or_default());
            let address = format!("{}{name}-{digest}.{ending}", path::ASSETS);
            let bytes = bytes.to_vec();
            files.insert(address.clone(), File { media_type, bytes });
            address
        };
        let style = add("page", "css", CSS, STYLE.as_bytes());
        let colours = add("brand", "css", CSS, brand::style(brand).as_bytes());
        let follow = add("follow", "js", SCRIPT, include_bytes!("assets/follow.js"));
        let pass = add("pass", "js", SCRIPT, include_bytes!("assets/pass.js"));
        let send = add("send", "js", SCRIPT, include_bytes!("assets/send.js"));
        let capture_style = add("capture", "css", CSS, include_bytes!("assets/capture.css"));
        let capture = add("capture", "js", SCRIPT, include_bytes!("assets/capture.js"));
        let desk_style = add("desk", "css", CSS, DESK_STYLE.as_bytes());
        let desk_script = add("desk", "js", SCRIPT, include_bytes!("assets/desk.js"));
        let icon = add("icon", "svg", SVG, brand::tab_icon(brand).as_bytes());
        let logo = brand.logo.as_ref().and_then(|logo| {
            let (media_type, ending) = logo.kind()?;
            Some(add("logo", ending, media_type, &logo.bytes))
        });
        Self {
            files,
            style,
            colours,
            follow,
            pass,
            send,
            capture_style,
            capture,
            desk_style,
            desk_script,
            icon,
            logo,
        }
    }

    pub(super) fn get(&self, address: &str) -> Option<Asset<'_>> {
        let file = self.files.get(address)?;
        Some(Asset {
            media_type: file.media_type,
            bytes: &file.bytes,
            immutable: true,
        })
    }
}
