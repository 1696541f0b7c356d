//! Temporary passwords that Entra always takes and people can read.
//!
//! Follows "Password policies and account restrictions"
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/concept-sspr-policy>) and "Eliminate bad passwords"
//! (<https://learn.microsoft.com/en-us/entra/identity/authentication/concept-password-ban-bad>), August 2026. Which words
//! are hidden on the vendor's list nobody knows; random text of this length does not meet them.

use doorward_contract::{Account, VendorError};
use rand::RngExt;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// About 6 bits each: some 118 bits.
const LENGTH: usize = 20;
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXYZ";
const LOWER: &[u8] = b"abcdefghijkmnpqrtuvwxyz";
const DIGIT: &[u8] = b"2346789";
const SYMBOL: &[u8] = b"#%*-_+=?";
/// The vendor looks for words of this length and up.
const SHORTEST_WORD: usize = 4;
/// One draw in three or so fits; a machine that fails this often has no randomness.
const DRAWS: usize = 1_000;

/// A fresh password for this account.
pub(crate) fn fresh(account: &Account) -> Result<SecretString, VendorError> {
    let words = words_of(account);
    let alphabet = [UPPER, LOWER, DIGIT, SYMBOL].concat();
    let mut random = rand::rng();
    for _ in 0..DRAWS {
        let drawn: Zeroizing<String> = Zeroizing::new(
            (0..LENGTH)
                .filter_map(|_| alphabet.get(random.random_range(0..alphabet.len())))
                .map(|&byte| char::from(byte))
                .collect(),
        );
        if is_fit(&drawn, &words) {
            return Ok(SecretString::from(drawn.as_str()));
        }
    }
    Err(VendorError::Unexpected {
        why: "no password without a word of the account could be drawn".into(),
    })
}

/// One of each class, letters or digits at both ends, and no word of the account.
fn is_fit(drawn: &str, words: &[String]) -> bool {
    let has = |class: &[u8]| drawn.bytes().any(|byte| class.contains(&byte));
    let firm = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let plain = normalised(drawn);
    [UPPER, LOWER, DIGIT, SYMBOL].into_iter().all(has)
        && firm(drawn.bytes().next())
        && firm(drawn.bytes().next_back())
        && !words.iter().any(|word| plain.contains(word.as_str()))
}

/// Every word of four characters and more that tells of the account.
fn words_of(account: &Account) -> Vec<String> {
    let name = &account.name;
    let own = [
        Some(&account.login),
        account.display_name.as_ref(),
        name.given.as_ref(),
        name.middle.as_ref(),
        name.family.as_ref(),
    ];
    let mut words: Vec<String> = own
        .into_iter()
        .flatten()
        .chain(&account.related_words)
        .flat_map(|text| tokens(text))
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// The words of a text, normalised; the whole as well, for a name with a hyphen may be written without.
fn tokens(text: &str) -> Vec<String> {
    let apart = text.split(|letter: char| !letter.is_alphanumeric()).map(normalised);
    let together: String = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let mut tokens: Vec<String> = apart.chain([normalised(&together)]).collect();
    tokens.retain(|token| token.chars().count() >= SHORTEST_WORD);
    tokens
}

/// As the vendor does before it compares.
fn normalised(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|letter| match letter {
            '0' => 'o',
            '1' => 'l',
            '$' => 's',
            '@' => 'a',
            letter => letter,
        })
        .collect()
}
