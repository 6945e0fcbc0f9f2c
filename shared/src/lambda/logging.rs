//! The log: one JSON object per event, on standard output.
//!
//! Only our own crates log below `info`. At those levels, libraries repeat rows, keys and bodies.

use tracing::level_filters::LevelFilter;
use tracing::{Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

/// Our crates that log. All others are libraries.
const OURS: [&str; 1] = ["shared"];

/// A subscriber that writes the events at this level or above.
pub fn subscriber<W>(level: LevelFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let of_libraries = level.min(LevelFilter::from_level(Level::INFO));
    let targets = Targets::new().with_default(of_libraries).with_targets(OURS.map(|target| (target, level)));
    let format = fmt::layer().json().flatten_event(true).with_span_list(false).with_target(false).with_writer(writer);
    Registry::default().with(format.with_filter(targets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn written(level: LevelFilter) -> String {
        let written = Written::default();
        let writer = written.clone();
        tracing::subscriber::with_default(subscriber(level, move || writer.clone()), || {
            tracing::trace!(target: "shared::lambda", "ours, trace");
            tracing::info!(target: "shared::lambda", "ours, info");
            tracing::debug!(target: "aws_smithy_runtime", "library, debug");
            tracing::info!(target: "hyper", "library, info");
            tracing::error!(target: "hyper", "library, error");
        });
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn libraries_say_nothing_below_info_whatever_the_level() {
        for level in [LevelFilter::TRACE, LevelFilter::DEBUG] {
            let log = written(level);
            assert!(!log.contains("library, debug") && log.contains("library, info") && log.contains("ours, info"), "{log}");
            assert_eq!(log.contains("ours, trace"), level == LevelFilter::TRACE, "{log}");
        }
    }

    #[test]
    fn a_higher_level_silences_libraries_too() {
        let log = written(LevelFilter::ERROR);
        assert!(log.contains("library, error") && !log.contains("info"), "{log}");
        assert_eq!(written(LevelFilter::OFF), "");
    }
}
