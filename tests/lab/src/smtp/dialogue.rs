//! One connection to the imitated mail server, command by command.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{Inner, Mail, Manner, Point, Security, lock};

/// The longest command line, its end included (RFC 5321 §4.5.3.1.4).
const COMMAND: usize = 512;
/// The longest line of a message (§4.5.3.1.6).
const LINE: usize = 1000;
/// The longest message.
const SIZE: usize = 256 * 1024;

/// Whatever carries the dialogue.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

struct Dialogue {
    inner: Arc<Inner>,
    stream: BufReader<Box<dyn Stream>>,
    encrypted: bool,
    greeted: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

/// What comes after a command.
enum Next {
    Go,
    Upgrade,
    Leave,
}

/// Speaks with whoever connected until they leave.
pub(super) async fn serve(stream: TcpStream, inner: Arc<Inner>) {
    let (stream, encrypted): (Box<dyn Stream>, bool) = match &inner.security {
        Security::Implicit(identity) => match identity.acceptor().accept(stream).await {
            Ok(stream) => (Box::new(stream), true),
            Err(_) => return,
        },
        _ => (Box::new(stream), false),
    };
    let mut dialogue = Dialogue {
        inner,
        stream: BufReader::new(stream),
        encrypted,
        greeted: false,
        user: None,
        from: None,
        to: Vec::new(),
    };
    // A connection that breaks is over.
    let _over = dialogue.run().await;
}

impl Dialogue {
    async fn run(&mut self) -> std::io::Result<()> {
        if !self.reply_at(Point::Greeting, "220 mail.example.com ready").await? {
            return Ok(());
        }
        loop {
            let Some(line) = self.line(COMMAND).await? else {
                return self
                    .say("500 5.5.2 the line is too long or does not end as lines do")
                    .await;
            };
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let shown = if verb.eq_ignore_ascii_case("auth") { verb } else { &line };
            lock(&self.inner.said).push(shown.to_owned());
            match self.command(&verb.to_ascii_uppercase(), rest).await? {
                Next::Go => {}
                Next::Leave => return Ok(()),
                Next::Upgrade => self.upgrade().await?,
            }
        }
    }

    async fn command(&mut self, verb: &str, rest: &str) -> std::io::Result<Next> {
        let protected = self.encrypted || matches!(self.inner.security, Security::Plain);
        match verb {
            // A number stands in brackets (RFC 5321 §4.1.3).
            "EHLO" if rest.parse::<std::net::IpAddr>().is_ok() => self.say("501 5.5.4 who is that?").await?,
            "EHLO" if !rest.is_empty() => {
                self.greeted = true;
                self.reset();
                self.hello(protected).await?;
            }
            "QUIT" => {
                self.say("221 2.0.0 bye").await?;
                return Ok(Next::Leave);
            }
            "NOOP" => self.say("250 2.0.0 here").await?,
            "RSET" => {
                self.reset();
                self.say("250 2.0.0 forgotten").await?;
            }
            _ if !self.greeted => self.say("503 5.5.1 say EHLO first").await?,
            "STARTTLS" if matches!(self.inner.security, Security::StartTls(_)) && !self.encrypted => {
                self.say("220 2.0.0 go on").await?;
                return Ok(Next::Upgrade);
            }
            _ if !protected => self.say("530 5.7.0 say STARTTLS first").await?,
            "AUTH" => return self.sign_in(rest).await,
            _ if self.user.is_none() => self.say("530 5.7.0 sign in first").await?,
            "MAIL" => return self.sender(rest).await,
            "RCPT" => return self.addressee(rest).await,
            "DATA" if self.from.is_some() && !self.to.is_empty() => return self.data().await,
            "DATA" => self.say("503 5.5.1 for whom?").await?,
            _ => self.say("502 5.5.1 that is not spoken here").await?,
        }
        Ok(Next::Go)
    }

    async fn hello(&mut self, protected: bool) -> std::io::Result<()> {
        let mut lines = vec![
            "mail.example.com".to_owned(),
            format!("SIZE {SIZE}"),
            "8BITMIME".to_owned(),
        ];
        if protected {
            lines.push("AUTH PLAIN".to_owned());
        } else {
            lines.push("STARTTLS".to_owned());
        }
        let last = lines.len() - 1;
        for (at, line) in lines.iter().enumerate() {
            let mark = if at == last { ' ' } else { '-' };
            self.say(&format!("250{mark}{line}")).await?;
        }
        Ok(())
    }

    async fn sign_in(&mut self, rest: &str) -> std::io::Result<Next> {
        let Some(initial) = rest.strip_prefix("PLAIN") else {
            self.say("504 5.5.4 PLAIN alone").await?;
            return Ok(Next::Go);
        };
        let mut sent = initial.trim().to_owned();
        if sent.is_empty() {
            self.say("334 ").await?;
            sent = self.line(COMMAND).await?.unwrap_or_default();
        }
        let right = format!("\0{}\0{}", self.inner.user, self.inner.password);
        let fits = STANDARD.decode(&sent).is_ok_and(|bytes| bytes == right.as_bytes());
        let answer = if fits { "235 2.7.0 welcome" } else { "535 5.7.8 no" };
        let taken = self.reply_at(Point::Auth, answer).await?;
        if fits && taken {
            self.user = Some(self.inner.user.clone());
        }
        Ok(Next::Go)
    }

    async fn sender(&mut self, rest: &str) -> std::io::Result<Next> {
        let (from, parameters) = path(rest, "FROM:");
        let size = parameters
            .iter()
            .find_map(|one| one.strip_prefix("SIZE=")?.parse::<usize>().ok());
        let known = |one: &String| one.starts_with("SIZE=") || one == "BODY=7BIT" || one == "BODY=8BITMIME";
        match from {
            None => self.say("501 5.5.4 MAIL FROM:<address>").await?,
            Some(_) if self.from.is_some() => self.say("503 5.5.1 one at a time").await?,
            Some(_) if !parameters.iter().all(known) => self.say("555 5.5.4 what is that?").await?,
            Some(_) if size.is_some_and(|size| size > SIZE) => self.say("552 5.3.4 too large").await?,
            Some(from) => {
                if self.reply_at(Point::From, "250 2.1.0 from you").await? {
                    self.from = Some(from);
                }
            }
        }
        Ok(Next::Go)
    }

    async fn addressee(&mut self, rest: &str) -> std::io::Result<Next> {
        match path(rest, "TO:").0.filter(|to| !to.is_empty()) {
            None => self.say("501 5.5.4 RCPT TO:<address>").await?,
            Some(_) if self.from.is_none() => self.say("503 5.5.1 from whom?").await?,
            Some(to) => {
                if self.reply_at(Point::To, "250 2.1.5 for them").await? {
                    self.to.push(to);
                }
            }
        }
        Ok(Next::Go)
    }

    async fn data(&mut self) -> std::io::Result<Next> {
        self.say("354 end with a dot").await?;
        let mut raw = String::new();
        loop {
            let Some(line) = self.line(LINE).await? else {
                self.say("554 5.6.0 a line is too long or does not end as lines do")
                    .await?;
                return Ok(Next::Leave);
            };
            if line == "." {
                break;
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
            raw.push_str("\r\n");
        }
        let mail = Mail {
            from: self.from.take().unwrap_or_default(),
            to: std::mem::take(&mut self.to),
            user: self.user.clone(),
            encrypted: self.encrypted,
            raw,
        };
        if mail.raw.len() > SIZE {
            self.say("552 5.3.4 too large").await?;
            return Ok(Next::Go);
        }
        // RFC 5322 §3.6, and what RFC 6409 §8 lets a server ask of programs.
        if let Some(lacking) = ["From", "To", "Date", "Subject", "Message-ID", "MIME-Version"]
            .into_iter()
            .find(|name| mail.header(name).is_none())
        {
            self.say(&format!("550 5.6.0 one {lacking}, please")).await?;
            return Ok(Next::Go);
        }
        match self.inner.manner(Point::End) {
            Some(Manner::Say(line)) => self.say(&line).await?,
            Some(Manner::HangUp) => {
                self.take(mail);
                return Ok(Next::Leave);
            }
            Some(Manner::Hold) => {
                self.take(mail);
                self.inner.held().await;
                self.say("250 2.0.0 taken").await?;
            }
            None => {
                self.take(mail);
                self.say("250 2.0.0 taken").await?;
            }
        }
        Ok(Next::Go)
    }

    fn take(&self, mail: Mail) {
        (self.inner.deliver)(&mail);
        lock(&self.inner.taken).push(mail);
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }

    /// TLS from here on. What was sent ahead of it in the clear is an attack, and ends the connection.
    async fn upgrade(&mut self) -> std::io::Result<()> {
        let Security::StartTls(identity) = &self.inner.security else {
            return Ok(());
        };
        if !self.stream.buffer().is_empty() {
            return Err(std::io::Error::other("somebody spoke ahead of TLS"));
        }
        let acceptor = identity.acceptor();
        let (nothing, _) = tokio::io::duplex(1);
        let plain = std::mem::replace(&mut self.stream, BufReader::new(Box::new(nothing)));
        let secure = acceptor.accept(plain.into_inner()).await?;
        self.stream = BufReader::new(Box::new(secure));
        self.encrypted = true;
        self.greeted = false;
        self.user = None;
        self.reset();
        Ok(())
    }

    /// Answers, or misbehaves; whether it answered as it should.
    async fn reply_at(&mut self, point: Point, right: &str) -> std::io::Result<bool> {
        match self.inner.manner(point) {
            None => {
                self.say(right).await?;
                Ok(true)
            }
            Some(Manner::Say(line)) => {
                self.say(&line).await?;
                Ok(false)
            }
            Some(Manner::HangUp) => Err(std::io::Error::other("told to hang up")),
            Some(Manner::Hold) => {
                self.inner.held().await;
                self.say(right).await?;
                Ok(true)
            }
        }
    }

    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.stream
            .get_mut()
            .write_all(format!("{line}\r\n").as_bytes())
            .await?;
        self.stream.get_mut().flush().await
    }

    /// A line without its end; nothing if it is longer than `most` or does not end in CR and LF. The end of the connection is an
    /// error.
    async fn line(&mut self, most: usize) -> std::io::Result<Option<String>> {
        let mut bytes = Vec::new();
        loop {
            let buffer = self.stream.fill_buf().await?;
            if buffer.is_empty() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let count = end.map_or(buffer.len(), |end| end + 1);
            bytes.extend(buffer.iter().take(count));
            self.stream.consume(count);
            if bytes.len() > most {
                return Ok(None);
            }
            if end.is_some() {
                break;
            }
        }
        let Some(line) = bytes.strip_suffix(b"\r\n") else {
            return Ok(None);
        };
        if line.contains(&b'\r') {
            return Ok(None);
        }
        Ok(String::from_utf8(line.to_vec()).ok())
    }
}

/// The address of `FROM:<…>` or `TO:<…>`, and what stands behind it.
fn path(rest: &str, word: &str) -> (Option<String>, Vec<String>) {
    let Some((head, tail)) = rest.split_at_checked(word.len()) else {
        return (None, Vec::new());
    };
    let inside = tail.strip_prefix('<').and_then(|tail| tail.split_once('>'));
    match inside.filter(|_| head.eq_ignore_ascii_case(word)) {
        Some((address, more)) => {
            let parameters = more.split_whitespace().map(ToOwned::to_owned).collect();
            (Some(address.to_owned()), parameters)
        }
        None => (None, Vec::new()),
    }
}
