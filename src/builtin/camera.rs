//! Programs that pose as cameras, by the names they give themselves. A name that is not here proves nothing: it can be changed.

/// In lower case, as they appear somewhere in a label.
const PROGRAMS: [&str; 20] = [
    "obs virtual",
    "obs-camera",
    "obs camera",
    "manycam",
    "v4l2loopback",
    "dummy video device",
    "snap camera",
    "xsplit",
    "droidcam",
    "iriun",
    "epoccam",
    "e2esoft",
    "vcam",
    "camtwist",
    "sparkocam",
    "mmhmm",
    "splitcam",
    "webcamoid",
    "virtual camera",
    "fake_device",
];

/// How the names of films end. A browser that is started with a film in place of its camera calls the camera by the film's file.
const FILMS: [&str; 6] = [".mjpeg", ".mjpg", ".y4m", ".mp4", ".webm", ".mov"];

/// Whether a camera's name is that of a program, or of a file.
pub(super) fn is_virtual(label: &str) -> bool {
    let label = label.trim().to_lowercase();
    let file = label.starts_with('/') && !label.starts_with("/dev/") || label.contains(":\\");
    file || FILMS.iter().any(|film| label.ends_with(film)) || PROGRAMS.iter().any(|program| label.contains(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_from_cameras() {
        for program in [
            "OBS Virtual Camera (m-de:vice)",
            "ManyCam Virtual Webcam",
            "Dummy video device (0x0000)",
            "/home/someone/films/passport.mjpeg",
            "C:\\films\\face.y4m",
            "face.MJPEG",
        ] {
            assert!(is_virtual(program), "{program}");
        }
        for camera in [
            "FaceTime HD Camera",
            "camera2 1, facing front",
            "Integrated Webcam (0408:a061)",
            "/dev/video0",
        ] {
            assert!(!is_virtual(camera), "{camera}");
        }
    }
}
