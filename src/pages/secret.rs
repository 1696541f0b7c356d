//! How a secret that is typed is drawn: in short groups, its signs told apart by colour, with nothing in it that would be
//! copied along.

/// Neighbouring characters drawn alike.
pub(super) struct Run<'a> {
    pub(super) look: &'static str,
    pub(super) text: &'a str,
}

/// How a character is drawn: digits and signs stand out, so that 0 and O, 1 and l are told apart.
fn look(letter: char) -> &'static str {
    if letter.is_alphabetic() {
        "letter"
    } else if letter.is_numeric() {
        "digit"
    } else {
        "sign"
    }
}

/// Characters per group: what most people keep in mind at a glance. Five where that leaves no rest in a long secret, three
/// where it leaves none in a code of nine.
fn group_length(characters: usize) -> usize {
    if characters >= 15 && characters.is_multiple_of(5) {
        5
    } else if characters == 9 {
        3
    } else {
        4
    }
}

/// The secret in groups of runs; put together they are the secret.
pub(super) fn groups(secret: &str) -> Vec<Vec<Run<'_>>> {
    let letters: Vec<(usize, char)> = secret.char_indices().collect();
    let end_of = |at: usize, letter: char| at + letter.len_utf8();
    letters
        .chunks(group_length(letters.len()))
        .map(|group| {
            group
                .chunk_by(|(_, one), (_, next)| look(*one) == look(*next))
                .filter_map(|run| {
                    let ((first, letter), (last, end)) = (run.first()?, run.last()?);
                    let text = secret.get(*first..end_of(*last, *end))?;
                    Some(Run {
                        look: look(*letter),
                        text,
                    })
                })
                .collect()
        })
        .collect()
}
