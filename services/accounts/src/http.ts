import { sql } from '@guichet/database'
import { type App, createServer, type Verify } from '@guichet/server'
import type { FastifyBaseLogger } from 'fastify'
import type { Context } from './context.ts'
import { ACCESS } from './permissions.ts'
import { PROBLEMS } from './problems.ts'
import { addMemberRoute } from './routes/add-member.ts'
import { changeMemberRoleRoute } from './routes/change-member-role.ts'
import { changePasswordRoute } from './routes/change-password.ts'
import { confirmEmailRoute } from './routes/confirm-email.ts'
import { confirmEmailChangeRoute } from './routes/confirm-email-change.ts'
import { createOrganizerRoute } from './routes/create-organizer.ts'
import { deleteProfileRoute } from './routes/delete-profile.ts'
import { forgetFarewellRoute } from './routes/forget-farewell.ts'
import { getEmailChangeRoute } from './routes/get-email-change.ts'
import { getFarewellRoute } from './routes/get-farewell.ts'
import { getOrganizerRoute } from './routes/get-organizer.ts'
import { getProfileRoute } from './routes/get-profile.ts'
import { getServerMetadataRoute } from './routes/get-server-metadata.ts'
import { getSigningKeysRoute } from './routes/get-signing-keys.ts'
import { issueServiceTokenRoute } from './routes/issue-service-token.ts'
import { listMembersRoute } from './routes/list-members.ts'
import { listOrganizersRoute } from './routes/list-organizers.ts'
import { listOwnersRoute } from './routes/list-owners.ts'
import { mintEmailLinkRoute } from './routes/mint-email-link.ts'
import { redeemAdminLinkRoute } from './routes/redeem-admin-link.ts'
import { refreshSessionRoute } from './routes/refresh-session.ts'
import { removeMemberRoute } from './routes/remove-member.ts'
import { requestEmailChangeRoute } from './routes/request-email-change.ts'
import { requestEmailConfirmationRoute } from './routes/request-email-confirmation.ts'
import { requestPasswordResetRoute } from './routes/request-password-reset.ts'
import { resetPasswordRoute } from './routes/reset-password.ts'
import { signInRoute } from './routes/sign-in.ts'
import { signOutRoute } from './routes/sign-out.ts'
import { signOutEverywhereRoute } from './routes/sign-out-everywhere.ts'
import { signUpRoute } from './routes/sign-up.ts'
import { undoEmailChangeRoute } from './routes/undo-email-change.ts'
import { updateOrganizerRoute } from './routes/update-organizer.ts'
import { updateProfileRoute } from './routes/update-profile.ts'
import { withdrawEmailChangeRoute } from './routes/withdraw-email-change.ts'

const ROUTES = [
  addMemberRoute,
  changeMemberRoleRoute,
  changePasswordRoute,
  confirmEmailChangeRoute,
  confirmEmailRoute,
  createOrganizerRoute,
  deleteProfileRoute,
  forgetFarewellRoute,
  getEmailChangeRoute,
  getFarewellRoute,
  getOrganizerRoute,
  getProfileRoute,
  getServerMetadataRoute,
  getSigningKeysRoute,
  issueServiceTokenRoute,
  listMembersRoute,
  listOrganizersRoute,
  listOwnersRoute,
  mintEmailLinkRoute,
  redeemAdminLinkRoute,
  refreshSessionRoute,
  removeMemberRoute,
  requestEmailChangeRoute,
  requestEmailConfirmationRoute,
  requestPasswordResetRoute,
  resetPasswordRoute,
  signInRoute,
  signOutEverywhereRoute,
  signOutRoute,
  signUpRoute,
  undoEmailChangeRoute,
  updateOrganizerRoute,
  updateProfileRoute,
  withdrawEmailChangeRoute,
]

export function createApp(ctx: Context, verifier: Verify, log: FastifyBaseLogger): App {
  const app = createServer({
    service: 'accounts',
    version: '1.0.0',
    description: 'Users, sessions, organizers and their members, and the tokens that every service checks.',
    problems: PROBLEMS,
    access: ACCESS,
    verifier,
    ready: { database: async () => void (await sql`select 1`.execute(ctx.db)) },
    log,
    trustProxy: ctx.config.trustProxy,
    bodyLimit: 64 * 1024,
  })
  for (const route of ROUTES) route(app, ctx)
  return app
}
