import { defineAccess } from '@guichet/server'

export const ROLES = ['owner', 'manager', 'finance', 'support', 'door', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** Role → permission → route. A route without a row does not start. */
export const ACCESS = defineAccess({
  permissions: {
    'organizer.write': ['owner', 'manager'],
    'member.read': ['owner', 'manager'],
    'member.write': ['owner'],
  },
  routes: {
    signUp: 'public',
    requestEmailConfirmation: 'public',
    confirmEmail: 'public',
    requestPasswordReset: 'public',
    resetPassword: 'public',
    signIn: 'public',
    refreshSession: 'public',
    redeemAdminLink: 'public',
    signOut: 'user',
    signOutEverywhere: 'user',
    getProfile: 'user',
    updateProfile: 'user',
    deleteProfile: 'user',
    changePassword: 'user',
    requestEmailChange: 'user',
    getEmailChange: 'user',
    withdrawEmailChange: 'user',
    confirmEmailChange: 'user',
    undoEmailChange: 'public',
    createOrganizer: 'user',
    listOrganizers: 'user',
    getOrganizer: 'public',
    updateOrganizer: 'organizer.write',
    listMembers: 'member.read',
    addMember: 'member.write',
    changeMemberRole: 'member.write',
    removeMember: 'member.write',
    mintEmailLink: { services: ['notifications'] },
    listOwners: { services: ['notifications'] },
    getFarewell: { services: ['notifications'] },
    forgetFarewell: { services: ['notifications'] },
    issueServiceToken: 'public',
    getSigningKeys: 'public',
    getServerMetadata: 'public',
  },
})
