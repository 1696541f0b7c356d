//! What a picture's EXIF part says of how it came to be. CIPA DC-008 (Exif 2.32) §4.6; TIFF 6.0 §2.
//!
//! Facts for reviewers and nothing more: anybody can write them. Only the few entries below are looked at, only once, and every
//! offset is taken for hostile. The orientation is applied by `intake.rs` by way of the decoder.

/// What was found; texts are cut and cleaned of everything that is not plain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exif {
    /// Maker and model of the camera.
    pub camera: Option<String>,
    /// The program that wrote it last.
    pub software: Option<String>,
    /// When it was taken by the camera's own clock, as written (`2026:11:21 10:00:00`).
    pub taken_at: Option<String>,
    /// Whether a position is in it. The position itself is not read: nobody here needs it.
    pub position: bool,
}

impl Exif {
    /// Whether the last program to write it is known for changing pictures.
    pub fn edited(&self) -> bool {
        const EDITORS: [&str; 11] = [
            "photoshop",
            "lightroom",
            "gimp",
            "affinity",
            "pixelmator",
            "paint",
            "snapseed",
            "picsart",
            "facetune",
            "canva",
            "imagemagick",
        ];
        let software = self.software.as_deref().unwrap_or("").to_ascii_lowercase();
        EDITORS.iter().any(|editor| software.contains(editor))
    }
}

const MAKE: u16 = 0x010F;
const MODEL: u16 = 0x0110;
const SOFTWARE: u16 = 0x0131;
const DATE_TIME: u16 = 0x0132;
const EXIF_PART: u16 = 0x8769;
const GPS_PART: u16 = 0x8825;
const DATE_TIME_ORIGINAL: u16 = 0x9003;

/// Cameras write a few dozen; more is an attempt to keep us busy.
const MOST_ENTRIES: usize = 128;
/// Longer texts are nothing that a reviewer needs.
const LONGEST_TEXT: usize = 64;

/// Reads the facts; whatever does not add up is left out.
pub fn read(bytes: &[u8]) -> Exif {
    let mut exif = Exif::default();
    // The JPEG marker carries a name before the TIFF header; other containers do not.
    let bytes = bytes.strip_prefix(b"Exif\0\0").unwrap_or(bytes);
    let Some(tiff) = Tiff::open(bytes) else { return exif };
    let (mut make, mut model, mut part) = (None, None, None);
    for entry in tiff.entries(tiff.long(4)) {
        match entry.tag {
            MAKE => make = tiff.text(&entry),
            MODEL => model = tiff.text(&entry),
            SOFTWARE => exif.software = tiff.text(&entry),
            DATE_TIME => exif.taken_at = tiff.text(&entry),
            EXIF_PART => part = Some(entry.value),
            GPS_PART => exif.position = true,
            _ => {}
        }
    }
    for entry in part.map(|at| tiff.entries(Some(at))).unwrap_or_default() {
        if entry.tag == DATE_TIME_ORIGINAL {
            exif.taken_at = tiff.text(&entry).or(exif.taken_at);
        }
    }
    exif.camera = match (make, model) {
        (Some(make), Some(model)) if !model.starts_with(&make) => Some(format!("{make} {model}")),
        (make, model) => model.or(make),
    };
    exif
}

struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    value: u32,
    at: usize,
}

struct Tiff<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl<'a> Tiff<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let little = match bytes.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let tiff = Self { bytes, little };
        (tiff.short(2)? == 42).then_some(tiff)
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes: [u8; 2] = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    /// The entries of one directory. Directories that follow it, or that entries point to, are not followed from here.
    fn entries(&self, offset: Option<u32>) -> Vec<Entry> {
        let Some(start) = offset.and_then(|offset| usize::try_from(offset).ok()) else {
            return Vec::new();
        };
        let count = usize::from(self.short(start).unwrap_or(0)).min(MOST_ENTRIES);
        let entry = |index: usize| {
            let at = start.checked_add(2)?.checked_add(index * 12)?;
            let (tag, kind) = (self.short(at)?, self.short(at + 2)?);
            Some(Entry {
                tag,
                kind,
                count: self.long(at + 4)?,
                value: self.long(at + 8)?,
                at: at + 8,
            })
        };
        (0..count).map_while(entry).collect()
    }

    fn text(&self, entry: &Entry) -> Option<String> {
        const ASCII: u16 = 2;
        let length = usize::try_from(entry.count).ok()?;
        // Four bytes and fewer stand where the offset would be.
        let at = if length <= 4 {
            entry.at
        } else {
            usize::try_from(entry.value).ok()?
        };
        let bytes = self.bytes.get(at..at.checked_add(length)?)?;
        let plain = |byte: &&u8| byte.is_ascii_graphic() || **byte == b' ';
        let text: String = bytes
            .iter()
            .take_while(|b| **b != 0)
            .filter(plain)
            .map(|b| char::from(*b))
            .collect();
        let text: String = text.trim().chars().take(LONGEST_TEXT).collect();
        (entry.kind == ASCII && !text.is_empty()).then_some(text)
    }
}
