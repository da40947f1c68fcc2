import type { Operation } from './operation.js';
import { inBeta, rowsOf, withBetaTwins } from './operation-rows.js';

const files = rowsOf('files');
const skills = rowsOf('skills');
const { read, post, create, remove } = rowsOf('none');

/** What messages refer to: models, files, skills and user profiles. None of it is billed by tokens. */
export const RESOURCES_OPERATIONS: readonly Operation[] = [
  ...withBetaTwins([
    read('models.retrieve', '/v1/models/{id}'),
    read('models.list', '/v1/models'),

    files.create('files.upload', '/v1/files'),
    files.read('files.retrieveMetadata', '/v1/files/{id}'),
    files.read('files.list', '/v1/files'),
    files.read('files.download', '/v1/files/{id}/content'),
    files.remove('files.delete', '/v1/files/{id}'),

    skills.create('skills.create', '/v1/skills'),
    skills.read('skills.retrieve', '/v1/skills/{id}'),
    skills.read('skills.list', '/v1/skills'),
    skills.remove('skills.delete', '/v1/skills/{id}'),

    skills.create('skills.versions.create', '/v1/skills/{id}/versions'),
    skills.read('skills.versions.retrieve', '/v1/skills/{id}/versions/{id}'),
    skills.read('skills.versions.list', '/v1/skills/{id}/versions'),
    skills.remove('skills.versions.delete', '/v1/skills/{id}/versions/{id}'),

    create('userProfiles.create', '/v1/user_profiles'),
    read('userProfiles.retrieve', '/v1/user_profiles/{id}'),
    post('userProfiles.update', '/v1/user_profiles/{id}'),
    read('userProfiles.list', '/v1/user_profiles'),
    remove('userProfiles.delete', '/v1/user_profiles/{id}'),
    create('userProfiles.actionURLs.create', '/v1/user_profiles/{id}/action_urls'),
  ]),
  ...inBeta([
    skills.read('skills.versions.download', '/v1/skills/{id}/versions/{id}/content'),
    create('userProfiles.createEnrollmentURL', '/v1/user_profiles/{id}/enrollment_url'),
  ]),
];
