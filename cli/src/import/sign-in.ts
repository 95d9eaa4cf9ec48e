import { projectRoot } from '../paths.ts'
import { Refusal } from '../refusal.ts'
import { findRunningCopy, readReport } from '../running-copy.ts'
import { redeemAdminLink, type Session } from '../session.ts'
import { mintAdminLink } from '../start/admin-link.ts'
import { planOfRunningCopy } from '../start/processes-of-copy.ts'

/** The address of the copy that runs on the data folder. */
export function runningUrl(folder: string): string | undefined {
  return findRunningCopy(folder) ? readReport(folder)?.publicUrl : undefined
}

/** Signs in with the administrator's one-time link that was given, or with a fresh one of the copy on the data folder. */
export async function signIn(publicUrl: string, folder: string, token: string | undefined): Promise<Session> {
  if (token !== undefined) {
    return redeemAdminLink(
      publicUrl,
      URL.canParse(token) ? token : `${publicUrl}/admin-link?token=${encodeURIComponent(token)}`,
    )
  }
  if (!findRunningCopy(folder)) {
    throw new Refusal(
      `Guichet does not run on ${folder}: start it, name its folder with --data, or sign in to ${publicUrl} with --token and a one-time administrator link.`,
    )
  }
  return redeemAdminLink(publicUrl, await mintAdminLink(planOfRunningCopy(folder), projectRoot))
}
