//! One attempt to deliver one message.

use std::sync::Arc;
use std::time::Duration;

use journey_vm::{HttpMessage, MailMessage, Rendered};
use tokio::time::{Instant, timeout_at};

use crate::clock::Clock;
use crate::http::{Arrival, Call, Envelope, HttpSender, Setback, build};
use crate::job::{Job, Report};
use crate::mail::{MailSender, Postmark};
use crate::problem::Problem;
use crate::settings::Settings;
use crate::sink::{LogLine, Sink};
use crate::verdict::Rules;

/// The longest that an attempt may take, whatever its message says.
const LONGEST: Duration = Duration::from_secs(300);

/// Everything that an attempt needs.
pub(crate) struct Attempts {
    pub(crate) settings: Settings,
    pub(crate) seed: u64,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sink: Arc<dyn Sink>,
    pub(crate) report: Arc<dyn Report>,
    pub(crate) http: HttpSender,
    pub(crate) mail: MailSender,
}

impl Attempts {
    pub(crate) fn report(&self) -> &dyn Report {
        self.report.as_ref()
    }

    pub(crate) fn rules(&self) -> Rules {
        Rules { seed: self.seed, longest_retry_after: self.settings.longest_retry_after }
    }

    /// Writes the line of a log destination; none if the job is no such line.
    pub(crate) fn line(&self, job: &Job) -> Option<Result<Arrival, Setback>> {
        let Rendered::Line(json) = &job.payload else { return None };
        let written =
            self.sink.write(LogLine { queue: &job.queue, key: &job.key, at: job.at, json });
        Some(match written {
            Ok(()) => Ok(Arrival::default()),
            Err(error) => Err(Problem::Sink(error.kind()).into()),
        })
    }

    /// Makes the attempt, within its timeout.
    pub(crate) async fn make(&self, job: &Job) -> Result<Arrival, Setback> {
        if !job.has_plain_key() {
            return Err(Problem::Key.into());
        }
        let patience = u64::try_from(job.delivery().timeout).unwrap_or(0).max(1);
        let deadline = Instant::now() + Duration::from_millis(patience).min(LONGEST);
        match &job.payload {
            Rendered::Http(message) => self.call(job, message, deadline).await,
            Rendered::Mail(message) => {
                let handed_in = timeout_at(deadline, self.hand_in(job, message)).await;
                handed_in.map_err(|_| Problem::Timeout)?
            }
            Rendered::Line(_) => self.line(job).unwrap_or_else(|| Err(Problem::Internal.into())),
        }
    }

    async fn call(
        &self,
        job: &Job,
        message: &HttpMessage,
        deadline: Instant,
    ) -> Result<Arrival, Setback> {
        let (now, queue) = (self.clock.now(), self.settings.queue(&job.queue));
        let envelope = Envelope {
            key: &job.key,
            agent: &self.settings.agent,
            signing: &queue.signing,
            now,
            answer: job.answer,
        };
        let request = build(message, &envelope)?;
        let (resting, answer) = (queue.at_once, job.answer);
        self.http.send(request, &Call { queue: &job.queue, resting, answer, now, deadline }).await
    }

    async fn hand_in(&self, job: &Job, message: &MailMessage) -> Result<Arrival, Setback> {
        let resting = self.settings.queue(&job.queue).at_once;
        let mark = Postmark { queue: &job.queue, key: &job.key, at: job.at, resting };
        self.mail.send(message, &mark).await
    }
}
