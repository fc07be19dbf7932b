//! Which paths of a host a rule is for.

/// A path in which `*` stands for any characters, none included. It must match from the first `/` to the end.
#[derive(Debug)]
pub(super) struct PathPattern(String);

impl PathPattern {
    /// The pattern, if it begins with a slash.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        pattern.starts_with('/').then(|| Self(pattern.to_owned()))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn matches(&self, path: &str) -> bool {
        let Some((first, rest)) = self.0.split_once('*') else { return self.0 == path };
        let Some(mut left) = path.strip_prefix(first) else { return false };
        // The pieces between stars are taken where they first stand; the last one must be the end.
        let (between, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        for piece in between.split('*') {
            match left.find(piece) {
                Some(at) => left = &left[at + piece.len()..],
                None => return false,
            }
        }
        left.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_the_rest_for_itself() {
        let matches = |pattern: &str, path: &str| PathPattern::new(pattern).unwrap().matches(path);
        assert!(matches("/world/*", "/world/asia/1"));
        assert!(matches("/world/*", "/world/"));
        assert!(!matches("/world/*", "/sport/world/1"));
        assert!(matches("/*/story-*.html", "/a/b/story-7.html"));
        assert!(!matches("/*/story-*.html", "/a/b/story-7.pdf"));
        assert!(matches("/about", "/about"));
        assert!(!matches("/about", "/about/us"));
        assert!(!matches("/a*a", "/a"));
        assert!(PathPattern::new("world").is_none());
    }
}
