//! `[brand]`: the company's face and whom its people call.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::fault::wrong;
use super::secret::contents;
use super::value::{Address, Colour, Words};

/// The largest mark taken: it is sent with every first visit.
const LARGEST_LOGO: u64 = 200 * 1024;

/// What people see of the company.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The company's name.
    pub name: Words,
    /// Its mark: an SVG, PNG, JPEG or WebP file of at most 200 KiB.
    #[schemars(with = "Option<String>")]
    pub logo: Option<LogoFile>,
    /// Its colour on a light screen, `#rrggbb`; made darker where it could not be read.
    pub accent: Option<Colour>,
    /// Its colour on a dark screen, `#rrggbb`; made lighter where it could not be read.
    pub accent_dark: Option<Colour>,
    /// Where its privacy notice stands.
    pub privacy_url: Option<Address>,
    /// Whom people ask when a page cannot help.
    pub contact: Contact,
}

/// Whom people ask. At least one of `email`, `phone`, `url`.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Contact {
    /// Who that is ("IT service desk").
    pub label: Words,
    /// An e-mail address.
    pub email: Option<Words>,
    /// A telephone number as people dial it.
    pub phone: Option<Words>,
    /// A page.
    pub url: Option<Address>,
    /// When somebody is there ("Mon–Fri 8–18").
    pub hours: Option<Words>,
}

impl<'de> Deserialize<'de> for Contact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Raw {
            label: Words,
            email: Option<Words>,
            phone: Option<Words>,
            url: Option<Address>,
            hours: Option<Words>,
        }
        let Raw {
            label,
            email,
            phone,
            url,
            hours,
        } = Raw::deserialize(deserializer)?;
        if email.is_none() && phone.is_none() && url.is_none() {
            return Err(wrong(
                "people could not reach anybody",
                "give at least one of `email`, `phone` and `url`",
            ));
        }
        Ok(Self {
            label,
            email,
            phone,
            url,
            hours,
        })
    }
}

/// A company's mark, read.
#[derive(Clone, Debug)]
pub struct LogoFile {
    /// Its type.
    pub media_type: &'static str,
    /// The picture.
    pub bytes: Vec<u8>,
}

impl<'de> Deserialize<'de> for LogoFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = PathBuf::deserialize(deserializer)?;
        let shown = path.display();
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .map(str::to_lowercase);
        let media_type = match ending.as_deref() {
            Some("svg") => "image/svg+xml",
            Some("png") => "image/png",
            Some("jpg" | "jpeg") => "image/jpeg",
            Some("webp") => "image/webp",
            _ => {
                return Err(wrong(
                    format!("{shown} is of no known type"),
                    "use an .svg, .png, .jpg or .webp file",
                ));
            }
        };
        let bytes = contents(&path, LARGEST_LOGO)?;
        Ok(Self { media_type, bytes })
    }
}
