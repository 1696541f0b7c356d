//! What the messages say that bring a code to a person. They ask for nothing back and lead nowhere (threats T2, T22): whoever gets one
//! without having asked learns whom to tell.

use super::send::ONE_SMS;

/// What a mail says.
pub(super) fn long_text(company: &str, title: &str, contact: &str, code: &str) -> String {
    format!(
        "{code} is your code for {company}: {title}.\n\n\
         Type it in on the page that asked for it. It is valid for 10 minutes.\n\n\
         Nobody will ask you for it: do not read it out, and do not pass it on. If you did not ask for it, somebody else may be \
         trying to get into your account. Tell {contact}.\n"
    )
}

/// What an SMS says: one SMS if the names are short enough. The last line is for the browser, which then fills the code in on our page
/// and on no other (Origin-bound one-time codes delivered via SMS, WICG).
pub(super) fn short_text(company: &str, contact: &str, host: &str, code: &str) -> String {
    let bound = format!("\n@{host} #{code}");
    let long = format!(
        "{code} is your code for {company}. It is valid 10 minutes. Nobody will ask you for it. If you did not ask, tell {contact}."
    );
    if long.chars().count() + bound.chars().count() <= ONE_SMS {
        return long + &bound;
    }
    format!(
        "{code} is your code for {company}, valid 10 minutes. Nobody will ask you for it. Not you? Tell the helpdesk.{bound}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sms_is_one_sms_and_ends_with_the_line_for_the_browser() {
        for (company, contact) in [
            ("Acme", "the helpdesk (+1 555 0100)"),
            ("Northwind Care", "IT service desk, room 114 (+1 555 0100)"),
        ] {
            let text = short_text(company, contact, "recover.example.com", "01234567");
            assert!(text.len() <= ONE_SMS, "{}: {text}", text.len());
            let basic = |letter: char| letter.is_ascii_alphanumeric() || " :/.,?-_@#()+\n".contains(letter);
            assert!(text.chars().all(basic), "{text}");
            assert!(text.starts_with("01234567 is your code for"));
            assert_eq!(text.lines().last(), Some("@recover.example.com #01234567"));
        }
    }
}
