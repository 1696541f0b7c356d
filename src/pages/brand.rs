//! The company's face: name, logo, colours and whom to ask. What comes from settings is made safe here once, so that
//! templates need not think about it.

use url::Url;

use super::colour::Colour;

/// How a company looks and whom its people call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// The name people know it by.
    pub name: String,
    /// Its mark.
    pub logo: Option<Logo>,
    /// Its colour on a light screen, `#rrggbb`. Moved towards black where it could not be read.
    pub accent: String,
    /// Its colour on a dark screen, `#rrggbb`. Moved towards white where it could not be read.
    pub accent_dark: String,
    /// Where its privacy notice stands.
    pub privacy_url: Option<String>,
    /// Whom to ask.
    pub contact: Contact,
}

impl Brand {
    /// The colour on a light screen when none is set.
    pub const ACCENT: &'static str = "#2c55c4";
    /// The colour on a dark screen when none is set.
    pub const ACCENT_DARK: &'static str = "#9db7ff";
}

/// A company's mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// One of [`Logo::MEDIA_TYPES`]; a mark of another type is not shown.
    pub media_type: String,
    /// The picture.
    pub bytes: Vec<u8>,
}

impl Logo {
    /// The types a mark may have, and how its address ends.
    pub const MEDIA_TYPES: [(&'static str, &'static str); 4] = [
        ("image/svg+xml", "svg"),
        ("image/png", "png"),
        ("image/jpeg", "jpg"),
        ("image/webp", "webp"),
    ];

    pub(super) fn kind(&self) -> Option<(&'static str, &'static str)> {
        Self::MEDIA_TYPES
            .into_iter()
            .find(|(media_type, _)| *media_type == self.media_type)
    }
}

/// Whom a person asks when a page cannot help.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// Who it is ("IT Service Desk").
    pub label: String,
    /// Their e-mail address.
    pub email: Option<String>,
    /// Their telephone number.
    pub phone: Option<String>,
    /// Their page.
    pub url: Option<String>,
    /// When they are there ("Mon–Fri 7:00–19:00").
    pub hours: Option<String>,
}

impl Contact {
    /// What a telephone dials: digits and the leading plus.
    pub(super) fn dial(&self) -> Option<String> {
        let phone = self.phone.as_deref()?;
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        let plus = if phone.trim_start().starts_with('+') { "+" } else { "" };
        (!digits.is_empty()).then(|| format!("{plus}{digits}"))
    }

    /// Their address as a `mailto:` link has it: the `@` bare (RFC 6068 §2), and nothing that would begin a header field.
    pub(super) fn mailbox(&self) -> Option<String> {
        let (name, domain) = self.email.as_deref()?.rsplit_once('@')?;
        let encoded = |part: &str| url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>();
        // Form encoding writes a blank as `+`, which in an address is a plus.
        Some(format!("{}@{}", encoded(name).replace('+', "%20"), encoded(domain)))
    }

    /// Their page, if a browser may be led there.
    pub(super) fn page(&self) -> Option<&str> {
        self.url.as_deref().and_then(web_address)
    }

    /// The shortest way to name them and reach them, for use within a sentence.
    pub fn spoken(&self) -> String {
        // A number is not broken over two lines.
        let phone = self.phone.as_ref().map(|phone| phone.replace(' ', "\u{a0}"));
        match phone.or_else(|| self.email.clone()) {
            Some(reach) => format!("{} ({reach})", self.label),
            None => self.label.clone(),
        }
    }
}

/// The address itself if it leads to the web, and nothing if it would run or open anything else.
pub(super) fn web_address(text: &str) -> Option<&str> {
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "https" | "http").then_some(text)
}

/// Ground colours of the style sheet that an accent must be read on. A test holds them against `assets/base.css`.
struct Ground {
    page: Colour,
    card: Colour,
    /// Where an accent goes when it cannot be read.
    end: Colour,
    /// Share of the accent in the tinted panels, in percent.
    tint: u16,
}

const LIGHT: Ground = Ground {
    page: Colour::new(0xf3, 0xf4, 0xf8),
    card: Colour::new(0xff, 0xff, 0xff),
    end: Colour::BLACK,
    tint: 8,
};

const DARK: Ground = Ground {
    page: Colour::new(0x0d, 0x10, 0x16),
    card: Colour::new(0x17, 0x1b, 0x23),
    end: Colour::WHITE,
    tint: 14,
};

/// Share of the accent in the light behind the top of a page, in percent: felt more than seen.
const GLOW: u16 = 6;

/// WCAG 2.2 §1.4.3 wants 4.5; the rest is for rounding and for screens in the sun.
const READABLE: f64 = 4.6;

fn variables(accent: &str, fallback: &str, ground: &Ground) -> String {
    let wished = Colour::parse(accent).or_else(|| Colour::parse(fallback));
    let soft = |colour: Colour| ground.card.mixed(colour, ground.tint);
    let glow = |colour: Colour| ground.page.mixed(colour, GLOW);
    let accent = wished.unwrap_or(ground.end).towards(ground.end, |colour| {
        [ground.page, glow(colour), ground.card, soft(colour)]
            .into_iter()
            .all(|under| colour.contrast(under) >= READABLE)
    });
    let ink = accent.ink();
    // Under the pointer the button moves away from its ink, so that it only ever becomes easier to read.
    let away = if ink == Colour::WHITE {
        Colour::BLACK
    } else {
        Colour::WHITE
    };
    format!(
        "--accent:{accent};--accent-ink:{ink};--accent-strong:{};--accent-soft:{};--accent-line:{};\
         --accent-glow:{}",
        accent.mixed(away, 14),
        soft(accent),
        ground.card.mixed(accent, 30),
        glow(accent),
    )
}

/// The style sheet with the company's colours.
pub(super) fn style(brand: &Brand) -> String {
    format!(
        ":root{{{}}}\n@media (prefers-color-scheme:dark){{:root{{{}}}}}\n",
        variables(&brand.accent, Brand::ACCENT, &LIGHT),
        variables(&brand.accent_dark, Brand::ACCENT_DARK, &DARK),
    )
}

/// The picture in the browser's tab when there is no mark: the first letter of the name on the company's colour.
pub(super) fn monogram(name: &str) -> Option<char> {
    name.chars()
        .find(|letter| letter.is_alphanumeric())
        .and_then(|letter| letter.to_uppercase().next())
}

/// That picture as a file of its own.
pub(super) fn tab_icon(brand: &Brand) -> String {
    let accent = Colour::parse(&brand.accent).or_else(|| Colour::parse(Brand::ACCENT));
    let accent = accent.unwrap_or(Colour::BLACK);
    let letter = monogram(&brand.name).map(String::from).unwrap_or_default();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect width=\"32\" height=\"32\" rx=\"9\" \
         fill=\"{accent}\"/><text x=\"16\" y=\"22.5\" text-anchor=\"middle\" font-family=\"system-ui,sans-serif\" \
         font-size=\"19\" font-weight=\"700\" fill=\"{}\">{letter}</text></svg>",
        accent.ink(),
    )
}
