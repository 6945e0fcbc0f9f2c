//! Transcriptions that were registered at other times than now.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use shared::domain::timestamp::Timestamp;
use shared::domain::transcription::TranscriptionId;

use super::{App, Tenant};

impl App {
    /// Adds transcriptions that were registered at these moments directly to the table: copies of `model`, which belongs to the customer.
    /// Returns their ids.
    pub async fn fill_transcriptions(&self, tenant: &Tenant, customer: u64, model: u64, moments: &[Timestamp]) -> Vec<u64> {
        let days = format!("TRANSCRIPTIONS#{}#{customer}", tenant.id);
        let place = |id: TranscriptionId| (format!("{days}#{}", id.day().month()), format!("{:016}", id.number()));
        let text = AttributeValue::S;
        let (partition, sort) = place(TranscriptionId::parse(&model.to_string()).unwrap());
        let model = self.row(&partition, &sort).await.unwrap();
        let ids: Vec<TranscriptionId> = moments.iter().map(|moment| TranscriptionId::generate(*moment).unwrap()).collect();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for batch in ids.chunks(25) {
            self.put_rows(batch.iter().map(|&id| {
                let (partition, sort) = place(id);
                let mut row: HashMap<_, _> = model.clone().into_iter().collect();
                row.extend([("PK".into(), text(partition)), ("SK".into(), text(sort))]);
                row.insert("id".into(), AttributeValue::N(id.to_string()));
                row
            }))
            .await;
        }
        for id in &ids {
            *counts.entry(format!("DAY#{}#{}", id.day(), id.number() % 4)).or_default() += 1;
        }
        for (sort, count) in counts {
            let key = HashMap::from([("PK".into(), text(days.clone())), ("SK".into(), text(sort))]);
            let update = self.raw_client().update_item().table_name(self.store.table_name()).set_key(Some(key));
            let update = update.update_expression("ADD transcriptions :more");
            update.expression_attribute_values(":more", AttributeValue::N(count.to_string())).send().await.unwrap();
        }
        ids.into_iter().map(TranscriptionId::number).collect()
    }
}
