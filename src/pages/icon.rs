//! The few pictures of the pages, drawn with the colour of the text around them. They only decorate: each stands beside
//! words that say the same, and is hidden from screen readers.

/// One picture, 24 by 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    Door,
    Person,
    Shield,
    Clock,
    Document,
    Key,
    Eye,
    Check,
    Info,
    Phone,
    Mobile,
    Mail,
    Globe,
    Link,
    Retry,
    Stop,
    Bin,
    External,
    Copy,
    Face,
    Chat,
    Search,
    Plus,
    List,
    Book,
    Gear,
    Send,
    Flag,
    Camera,
    Left,
    Right,
}

impl Icon {
    /// The picture as inline SVG. Trusted text: it is written below and nowhere else.
    pub(super) fn svg(self) -> String {
        format!(
            "<svg class=\"icon\" viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" fill=\"none\" stroke=\"currentColor\" \
             stroke-width=\"1.75\" stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\" \
             focusable=\"false\">{}</svg>",
            self.drawing()
        )
    }

    #[expect(clippy::too_many_lines, reason = "one list")]
    fn drawing(self) -> &'static str {
        match self {
            Self::Door => {
                r#"<path d="M6 21V5a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v16"/><path d="M3 21h18"/><path d="M14 12v1"/>"#
            }
            Self::Person => r#"<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>"#,
            Self::Shield => {
                r#"<path d="M12 3l7.5 2.8v5.4c0 4.6-3.1 8.2-7.5 9.8-4.4-1.6-7.5-5.2-7.5-9.8V5.8z"/><path d="m8.8 12 2.3 2.3 4.2-4.4"/>"#
            }
            Self::Clock => r#"<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.2 2"/>"#,
            Self::Document => {
                r#"<rect x="2.5" y="5" width="19" height="14" rx="2.5"/><circle cx="8.5" cy="11" r="2"/><path d="M5.5 15.8a3.2 3.2 0 0 1 6 0"/><path d="M14.5 10h4"/><path d="M14.5 14h4"/>"#
            }
            Self::Key => {
                r#"<circle cx="8" cy="15.5" r="4.5"/><path d="m11.3 12.2 8.2-8.2"/><path d="m15.5 8 3 3"/><path d="m18.5 5 2 2"/>"#
            }
            Self::Eye => {
                r#"<path d="M2.5 12s3.5-6.5 9.5-6.5 9.5 6.5 9.5 6.5-3.5 6.5-9.5 6.5S2.5 12 2.5 12z"/><circle cx="12" cy="12" r="2.8"/>"#
            }
            Self::Mobile => r#"<rect x="7" y="2.5" width="10" height="19" rx="2.5"/><path d="M11 18.5h2"/>"#,
            Self::Check => r#"<circle cx="12" cy="12" r="9"/><path d="m8 12.3 2.7 2.7L16 9.4"/>"#,
            Self::Info => r#"<circle cx="12" cy="12" r="9"/><path d="M12 11v5"/><path d="M12 7.8v.01"/>"#,
            Self::Phone => {
                r#"<path d="M5 3.5h3.5l1.8 4.6-2.3 1.5a11.5 11.5 0 0 0 6.4 6.4l1.5-2.3 4.6 1.8V19a2 2 0 0 1-2.2 2A17.3 17.3 0 0 1 3 5.7 2 2 0 0 1 5 3.5z"/>"#
            }
            Self::Mail => r#"<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="m3.8 7.5 8.2 5.8 8.2-5.8"/>"#,
            Self::Globe => {
                r#"<circle cx="12" cy="12" r="9"/><path d="M3 12h18"/><path d="M12 3c2.7 2.5 4 5.5 4 9s-1.3 6.5-4 9c-2.7-2.5-4-5.5-4-9s1.3-6.5 4-9z"/>"#
            }
            Self::Link => {
                r#"<path d="M10 14a4.5 4.5 0 0 0 6.4 0l3-3A4.5 4.5 0 0 0 13 4.6l-1.2 1.2"/><path d="M14 10a4.5 4.5 0 0 0-6.4 0l-3 3a4.5 4.5 0 0 0 6.4 6.4l1.2-1.2"/>"#
            }
            Self::Retry => {
                r#"<path d="M4 12a8 8 0 0 1 13.7-5.6L20 8.7"/><path d="M20 4v4.7h-4.7"/><path d="M20 12a8 8 0 0 1-13.7 5.6L4 15.3"/><path d="M4 20v-4.7h4.7"/>"#
            }
            Self::Stop => r#"<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>"#,
            Self::Bin => {
                r#"<path d="M4 7h16"/><path d="M9.5 7V4.5h5V7"/><path d="m6 7 1 12a2 2 0 0 0 2 1.8h6a2 2 0 0 0 2-1.8L18 7"/>"#
            }
            Self::External => {
                r#"<path d="M14 4h6v6"/><path d="m20 4-9 9"/><path d="M18 14v4a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h4"/>"#
            }
            Self::Copy => {
                r#"<rect x="8.5" y="8.5" width="12" height="12" rx="2.5"/><path d="M5.5 15.5h-.5a1.5 1.5 0 0 1-1.5-1.5V5A1.5 1.5 0 0 1 5 3.5h9A1.5 1.5 0 0 1 15.5 5v.5"/>"#
            }
            Self::Face => {
                r#"<path d="M4 8.5V6a2 2 0 0 1 2-2h2.5"/><path d="M15.5 4H18a2 2 0 0 1 2 2v2.5"/><path d="M20 15.5V18a2 2 0 0 1-2 2h-2.5"/><path d="M8.5 20H6a2 2 0 0 1-2-2v-2.5"/><path d="M9 9.5v.5"/><path d="M15 9.5v.5"/><path d="M9 14.5a4 4 0 0 0 6 0"/>"#
            }
            Self::Search => r#"<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>"#,
            Self::Plus => r#"<path d="M12 5v14"/><path d="M5 12h14"/>"#,
            Self::List => {
                r#"<path d="M9 6h11"/><path d="M9 12h11"/><path d="M9 18h11"/><path d="M4.5 6v.01"/><path d="M4.5 12v.01"/><path d="M4.5 18v.01"/>"#
            }
            Self::Book => {
                r#"<path d="M5 4.5A1.5 1.5 0 0 1 6.5 3H19v18H6.5A1.5 1.5 0 0 1 5 19.5z"/><path d="M5 18h14"/><path d="M9 7.5h6"/><path d="M9 11.5h6"/>"#
            }
            Self::Gear => {
                r#"<circle cx="12" cy="12" r="3"/><path d="M12 3v3"/><path d="M12 18v3"/><path d="M3 12h3"/><path d="M18 12h3"/><path d="m5.6 5.6 2.1 2.1"/><path d="m16.3 16.3 2.1 2.1"/><path d="m18.4 5.6-2.1 2.1"/><path d="m7.7 16.3-2.1 2.1"/>"#
            }
            Self::Send => r#"<path d="M20.5 3.5 3.5 10.2l6.8 3.5 3.5 6.8z"/><path d="m20.5 3.5-10.2 10.2"/>"#,
            Self::Flag => r#"<path d="M5.5 21V4"/><path d="M5.5 4.5h12l-2.5 4 2.5 4h-12"/>"#,
            Self::Camera => {
                r#"<path d="M4.5 7.5h3l1.7-2.5h5.6l1.7 2.5h3a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2z"/><circle cx="12" cy="13" r="3.5"/>"#
            }
            Self::Left => r#"<path d="M20 12H4"/><path d="m10.5 5.5-6.5 6.5 6.5 6.5"/>"#,
            Self::Right => r#"<path d="M4 12h16"/><path d="m13.5 5.5 6.5 6.5-6.5 6.5"/>"#,
            Self::Chat => {
                r#"<path d="M4 6.5a2.5 2.5 0 0 1 2.5-2.5h11A2.5 2.5 0 0 1 20 6.5v8a2.5 2.5 0 0 1-2.5 2.5H11l-5 4v-4.2a2.5 2.5 0 0 1-2-2.3z"/>"#
            }
        }
    }
}
