import { inject } from 'vitest'
import { type RunningSystem, type SystemFacts, useSystem } from './system.ts'

/** The system that most files share: whoever uses it brings an organizer, events and addresses of their own. */
export async function joinSystem(): Promise<RunningSystem> {
  const answer = await fetch(inject('sharedSystem'))
  if (!answer.ok) throw new Error(await answer.text())
  return useSystem((await answer.json()) as SystemFacts)
}
