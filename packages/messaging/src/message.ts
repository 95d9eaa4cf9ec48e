/**
 * A message on the bus: CloudEvents 1.0, structured JSON mode (cloudevents.io, spec v1.0.2 §3.1).
 * `type` is `<owner>.<fact-in-the-past>.v<n>`, `source` the owning service, `subject` the id of the thing it is about,
 * `id` the same on every delivery of the same fact. Consumers ignore fields they do not know.
 */
export interface Message<Data = unknown> {
  specversion: '1.0'
  id: string
  source: string
  type: string
  subject: string
  /** When the fact was recorded, RFC 3339 UTC. */
  time: string
  datacontenttype: 'application/json'
  /** W3C trace context (CloudEvents distributed tracing extension). */
  traceparent?: string
  data: Data
}

/** True when `value` has the shape of a `Message`; says nothing of its `data`. */
export function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false
  const candidate = value as Partial<Record<keyof Message, unknown>>
  return (
    candidate.specversion === '1.0' &&
    [candidate.id, candidate.source, candidate.type, candidate.subject, candidate.time].every(isFilled) &&
    (candidate.traceparent === undefined || typeof candidate.traceparent === 'string') &&
    'data' in candidate
  )
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
