import type { Session } from '../session.ts'

/** Fills an empty shop with a fictional organizer and its events, through the public API. */
export async function seedDemo({
  log,
}: {
  publicUrl: string
  session: Session
  log: (line: string) => void
}): Promise<void> {
  log('There is no demo yet.')
}
