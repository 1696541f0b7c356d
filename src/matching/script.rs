//! How letters outside A to Z are spelled in documents. Tables only.
//!
//! Latin and Cyrillic follow ICAO Doc 9303 part 3 (8th edition, 2021) §6 tables A and B with their footnotes by
//! language. Beside them stand the spellings that two states print by their own law: Ukraine (resolution 55 of
//! 27 January 2010) and Bulgaria (Transliteration Act of 13 March 2009). Doc 9303 has no table for Greek; Greek documents
//! follow ELOT 743 (ISO 843). Arabic, Hebrew and East Asian scripts are left out: documents transcribe them by ear,
//! so a table would not meet what is printed; they are compared in their own script only.

/// The spellings of one letter; of a Latin letter the plain one stands first.
pub(super) type Spellings = &'static [&'static str];

/// Latin letters beyond A to Z which need more than dropping their diacritic. In upper case.
pub(super) fn latin(letter: char) -> Option<Spellings> {
    Some(match letter {
        'Ä' => &["A", "AE"],
        'Å' => &["A", "AA"],
        'Ö' | 'Ø' => &["O", "OE"],
        'Ü' => &["U", "UE", "UXX"],
        'Ñ' => &["N", "NXX"],
        'Æ' | 'Ǽ' => &["AE"],
        'Œ' => &["OE"],
        'ẞ' => &["SS"],
        'Þ' => &["TH"],
        'Ð' | 'Đ' | 'Ɖ' => &["D"],
        'Ħ' => &["H"],
        'Ł' => &["L"],
        'Ŋ' => &["N"],
        'Ŧ' => &["T"],
        'ĸ' => &["Q"],
        // Not in table A. Azerbaijan spells it A for abroad, and E is what most systems fold it to.
        'Ə' => &["A", "E"],
        _ => return None,
    })
}

/// Cyrillic letters. In upper case.
pub(super) fn cyrillic(letter: char) -> Option<Spellings> {
    Some(match letter {
        'А' => &["A"],
        'Б' => &["B"],
        'В' => &["V"],
        'Г' => &["G", "H"], // H: Belarusian, Serbian footnotes; Ukrainian law
        'Ґ' => &["G"],
        'Ѓ' => &["G", "GJ"],
        'Д' | 'Ђ' => &["D"],
        'Е' | 'Э' => &["E"],
        'Ё' => &["E", "IO"],
        'Є' => &["IE", "YE"],
        'Ж' => &["ZH", "Z"],
        'З' => &["Z"],
        'Ѕ' => &["DZ"],
        'И' | 'Й' => &["I", "Y"], // И is Y in Ukrainian; Й is Y by the two laws
        'І' => &["I"],
        'Ї' => &["I", "YI"],
        'Ј' => &["J"],
        'К' => &["K"],
        'Ќ' => &["K", "KJ"],
        'Л' => &["L"],
        'Љ' => &["LJ"],
        'М' => &["M"],
        'Н' => &["N"],
        'Њ' => &["NJ"],
        'О' => &["O"],
        'П' => &["P"],
        'Р' => &["R"],
        'С' => &["S"],
        'Т' => &["T"],
        'Ћ' => &["C"],
        'У' | 'Ў' | 'Ѫ' => &["U"],
        'Ф' => &["F"],
        'Х' => &["KH", "H"],
        'Ц' => &["TS", "C"],
        'Ч' => &["CH", "C"],
        'Џ' => &["DZ", "DJ"],
        'Ш' => &["SH", "S"],
        'Щ' => &["SHCH", "SHT"],
        'Ъ' => &["IE", "A"],
        'Ы' | 'Ѵ' => &["Y"],
        'Ь' => &[""], // the soft sign is not spelled
        'Ю' => &["IU", "YU"],
        'Я' => &["IA", "YA"],
        _ => return None,
    })
}

/// Greek letters. In upper case, without accent.
pub(super) fn greek(letter: char) -> Option<Spellings> {
    Some(match letter {
        'Α' => &["A"],
        'Β' => &["V"],
        'Γ' => &["G"],
        'Δ' => &["D"],
        'Ε' => &["E"],
        'Ζ' => &["Z"],
        'Η' | 'Ι' => &["I"],
        'Θ' => &["TH"],
        'Κ' => &["K"],
        'Λ' => &["L"],
        'Μ' => &["M"],
        'Ν' => &["N"],
        'Ξ' => &["X"],
        'Ο' | 'Ω' => &["O"],
        'Π' => &["P"],
        'Ρ' => &["R"],
        'Σ' => &["S"],
        'Τ' => &["T"],
        'Υ' => &["Y"],
        'Φ' => &["F"],
        'Χ' => &["CH"],
        'Ψ' => &["PS"],
        _ => return None,
    })
}

/// Two Greek letters that are spelled as one. Documents in capitals lose the diaeresis that parts such a pair, so the
/// spelling letter by letter is always among them.
pub(super) fn greek_pair(first: &str, second: &str) -> Option<Spellings> {
    Some(match (first, second) {
        ("Α", "Υ") => &["AV", "AF", "AY"],
        ("Ε", "Υ") => &["EV", "EF", "EY"],
        ("Η", "Υ") => &["IV", "IF", "IY"],
        ("Ο", "Υ") => &["OU", "OY"],
        ("Γ", "Γ") => &["NG", "GG"],
        ("Γ", "Ξ") => &["NX", "GX"],
        ("Γ", "Χ") => &["NCH", "GCH"],
        ("Μ", "Π") => &["B", "MP"],
        _ => return None,
    })
}

/// Letters whose own script writes them in two ways at will.
pub(super) fn own(letter: char) -> char {
    match letter {
        // Russian prints ё as е at will.
        'Ё' => 'Е',
        // Persian and Arabic keyboards have a yeh and a kaf of their own, and Egypt leaves the dots off.
        'ی' | 'ى' => 'ي',
        'ک' => 'ك',
        _ => letter,
    }
}

/// Whether a letter is Latin (or a digit), so that it can stand in a machine-readable zone at once or by folding.
pub(super) fn is_latin(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
        || matches!(letter, '\u{00C0}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}' | '\u{2C60}'..='\u{2C7F}' | '\u{A720}'..='\u{A7FF}')
}

/// Whether a mark only adorns the letter before it. Vowel signs and voicing marks of other scripts are letters of the
/// name and stay.
pub(super) fn is_diacritic(mark: char) -> bool {
    matches!(
        mark,
        '\u{0300}'..='\u{036F}'                                // Latin, Greek, Cyrillic
            | '\u{0483}'..='\u{0487}'                          // old Cyrillic
            | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}'..='\u{05C2}' | '\u{05C4}'..='\u{05C5}' | '\u{05C7}' // Hebrew points
            | '\u{064B}'..='\u{0655}' | '\u{0670}'             // Arabic vowels, hamza and madda
            | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
    )
}
