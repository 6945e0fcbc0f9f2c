//! The transcriptions of the demo data: one in each state, and some more.

use shared::domain::transcription::{NewTranscription, Report};
use shared::domain::usage::Language;
use shared::domain::validation::{self, Text};

/// What was registered, in the order of registration, and what was reported about it.
pub(crate) fn transcriptions() -> Option<Vec<(NewTranscription, Vec<Report>)>> {
    let completed = |duration_seconds| vec![Report::Processing, Report::Completed { duration_seconds }];
    let failed = |error| vec![Report::Processing, Report::Failed { error: text(error) }];
    let all = [
        ("Board meeting", "nl-nl", completed(5_412)),
        ("Town council, part 1", "nl-nl", completed(7_260)),
        ("Town council, part 2", "nl-nl", completed(6_918)),
        ("Interview, take 1", "en-gb", failed("The file ends in the middle of a frame.")),
        ("Interview, take 2", "en-gb", completed(2_741)),
        ("Press conference", "fr-fr", completed(1_834)),
        ("Voicemail", "de-de", failed("There is no speech in it.")),
        ("Silence", "de-de", completed(0)),
        ("Podcast, episode 12", "en-gb", vec![Report::Processing]),
        ("Lecture on tides", "fr-fr", vec![Report::Processing]),
        ("Call centre, Monday", "nl-nl", Vec::new()),
        ("Call centre, Tuesday", "nl-nl", Vec::new()),
    ];
    let new = |name, language| Some(NewTranscription { name: text(name)?, language: Language::parse(language).ok()? });
    all.into_iter().map(|(name, language, reports)| Some((new(name, language)?, reports))).collect()
}

fn text(value: &str) -> Option<Text> {
    validation::text(value, 255).ok().flatten()
}
