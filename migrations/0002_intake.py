"""The register in full, provider accounts, checks, long tasks, exits and the guard: new tables and columns.

Frozen. SQLite cannot add a constraint, so a table that changes is written anew and its rows are copied over;
the runner has foreign keys switched off meanwhile.
"""

CREATED = """
CREATE TABLE "capacity_estimate" ("id" INTEGER NOT NULL PRIMARY KEY, "office_id" INTEGER NOT NULL, "year" INTEGER NOT NULL, "estimated_on" DATE NOT NULL, "amount" INTEGER NOT NULL, "basis" TEXT NOT NULL, "written_by_id" INTEGER NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("office_id") REFERENCES "office" ("id") ON DELETE RESTRICT, FOREIGN KEY ("written_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK (amount >= 0), CHECK (basis <> ''));;
CREATE TABLE "case_check" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "list" VARCHAR(10) NOT NULL, "key" VARCHAR(40) NOT NULL, "finding" VARCHAR(16) NOT NULL, "evidence" VARCHAR(400) NOT NULL, "checked_on" DATE, "marked_by_id" INTEGER, "marked_at" DATETIME, "version" INTEGER NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("marked_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK (list in ('condition', 'screening')), CHECK (finding in ('', 'clear', 'hit', 'not_applicable')), CHECK (finding = '' or marked_by_id is not null));;
CREATE TABLE "change_request" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "agreement_id" INTEGER NOT NULL, "items" TEXT NOT NULL, "is_entity" INTEGER NOT NULL, "is_general" INTEGER NOT NULL, "approved_on" DATE, "approved_by" VARCHAR(80) NOT NULL, "asked_on" DATE, "found_on" DATE, "found_how" VARCHAR(200) NOT NULL, "hindered_from" DATE, "hindered_until" DATE, "reason" TEXT NOT NULL, "verified_on" DATE, "verified_by" VARCHAR(60) NOT NULL, "findings" TEXT NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("agreement_id") REFERENCES "case" ("id") ON DELETE RESTRICT, CHECK (case_id <> agreement_id), CHECK (is_general or found_on is not null or approved_on is not null), CHECK (asked_on is null or approved_on is null or asked_on >= approved_on), CHECK ((found_on is null) = (found_how = '')), CHECK (hindered_until is null or hindered_from is not null), CHECK (hindered_until is null or hindered_until >= hindered_from), CHECK ((verified_on is null) = (findings = '')));;
CREATE TABLE "credential" ("id" INTEGER NOT NULL PRIMARY KEY, "institution_id" INTEGER NOT NULL, "kind" VARCHAR(16) NOT NULL, "title" VARCHAR(80) NOT NULL, "number" VARCHAR(60) NOT NULL, "issuer" VARCHAR(80) NOT NULL, "valid_from" DATE, "valid_until" DATE, "note" VARCHAR(200) NOT NULL, "ended_on" DATE, "ended_reason" VARCHAR(100) NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("institution_id") REFERENCES "institution" ("id") ON DELETE RESTRICT, CHECK (kind in ('licence', 'registration', 'premises', 'contract', 'equipment', 'other')), CHECK (valid_from is null or valid_until is null or valid_until >= valid_from), CHECK ((ended_on is null) = (ended_reason = '')));;
CREATE TABLE "dispute" ("id" INTEGER NOT NULL PRIMARY KEY, "institution_id" INTEGER NOT NULL, "office_id" INTEGER NOT NULL, "case_id" INTEGER, "about" VARCHAR(30) NOT NULL, "path" VARCHAR(16) NOT NULL, "body" VARCHAR(80) NOT NULL, "number" VARCHAR(60) NOT NULL, "filed_on" DATE NOT NULL, "claim" TEXT NOT NULL, "outcome" TEXT NOT NULL, "closed_on" DATE, "recorded_by_id" INTEGER NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("institution_id") REFERENCES "institution" ("id") ON DELETE RESTRICT, FOREIGN KEY ("office_id") REFERENCES "office" ("id") ON DELETE RESTRICT, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("recorded_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK (path in ('talks', 'coordination', 'reconsideration', 'litigation')), CHECK (closed_on is null or closed_on >= filed_on), CHECK ((closed_on is null) = (outcome = '')));;
CREATE TABLE "exit_request" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "agreement_id" INTEGER NOT NULL, "wish" VARCHAR(12) NOT NULL, "asked_on" DATE NOT NULL, "from_on" DATE NOT NULL, "until_on" DATE, "reason" TEXT NOT NULL, "type" VARCHAR(60) NOT NULL, "categories" TEXT NOT NULL, "insurance" VARCHAR(60) NOT NULL, "is_late" INTEGER NOT NULL, "answers" TEXT NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("agreement_id") REFERENCES "case" ("id") ON DELETE RESTRICT, CHECK (wish in ('suspend', 'terminate', 'not_renew', 'change')), CHECK (until_on is null or until_on >= from_on), CHECK (case_id <> agreement_id));;
CREATE TABLE "extra_condition" ("id" INTEGER NOT NULL PRIMARY KEY, "office_id" INTEGER NOT NULL, "kind" VARCHAR(10) NOT NULL, "text" VARCHAR(300) NOT NULL, "basis" VARCHAR(120) NOT NULL, "is_active" INTEGER NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("office_id") REFERENCES "office" ("id") ON DELETE RESTRICT, CHECK (kind in ('medical', 'pharmacy')));;
CREATE TABLE "follow_up" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "kind" VARCHAR(12) NOT NULL, "institution_id" INTEGER, "person_id" INTEGER, "text" VARCHAR(200) NOT NULL, "article" VARCHAR(60) NOT NULL, "state" VARCHAR(10) NOT NULL, "done_on" DATE, "number" VARCHAR(60) NOT NULL, "reason" VARCHAR(200) NOT NULL, "done_by_id" INTEGER, "version" INTEGER NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("institution_id") REFERENCES "institution" ("id") ON DELETE RESTRICT, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("done_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK (kind in ('branch', 'city', 'region', 'person', 'publication')), CHECK (state in ('open', 'done', 'declined')), CHECK ((state = 'done') = (done_on is not null)), CHECK (state <> 'declined' or reason <> ''));;
CREATE TABLE "former_value" ("id" INTEGER NOT NULL PRIMARY KEY, "institution_id" INTEGER NOT NULL, "field" VARCHAR(40) NOT NULL, "value" VARCHAR(400) NOT NULL, "until_on" DATE NOT NULL, "recorded_by_id" INTEGER NOT NULL, "recorded_at" DATETIME NOT NULL, FOREIGN KEY ("institution_id") REFERENCES "institution" ("id") ON DELETE RESTRICT, FOREIGN KEY ("recorded_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT);;
CREATE TABLE "fund_year" ("id" INTEGER NOT NULL PRIMARY KEY, "office_id" INTEGER NOT NULL, "year" INTEGER NOT NULL, "target" INTEGER, "spent" INTEGER, "income" INTEGER, "capacity_tenths" INTEGER, "note" VARCHAR(200) NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("office_id") REFERENCES "office" ("id") ON DELETE RESTRICT, CHECK (target is null or target > 0), CHECK (spent is null or spent >= 0), CHECK (capacity_tenths is null or capacity_tenths >= 0));;
CREATE TABLE "handling" ("id" INTEGER NOT NULL PRIMARY KEY, "institution_id" INTEGER NOT NULL, "office_id" INTEGER NOT NULL, "kind" VARCHAR(10) NOT NULL, "measure" VARCHAR(30) NOT NULL, "clause" VARCHAR(120) NOT NULL, "authority" VARCHAR(80) NOT NULL, "number" VARCHAR(60) NOT NULL, "facts" TEXT NOT NULL, "amount" INTEGER, "started_on" DATE NOT NULL, "ended_on" DATE, "is_performed" INTEGER NOT NULL, "performed_on" DATE, "recorded_by_id" INTEGER NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("institution_id") REFERENCES "institution" ("id") ON DELETE RESTRICT, FOREIGN KEY ("office_id") REFERENCES "office" ("id") ON DELETE RESTRICT, FOREIGN KEY ("recorded_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK (kind in ('penalty', 'handling')), CHECK (ended_on is null or ended_on >= started_on), CHECK (is_performed = (performed_on is not null)));;
CREATE TABLE "invitation" ("id" INTEGER NOT NULL PRIMARY KEY, "institution_id" INTEGER NOT NULL, "digest" VARCHAR(64) NOT NULL, "name" VARCHAR(40) NOT NULL, "created_by_id" INTEGER NOT NULL, "created_at" DATETIME NOT NULL, "expires_at" DATETIME NOT NULL, "used_at" DATETIME, "used_by_id" INTEGER, "revoked_at" DATETIME, FOREIGN KEY ("institution_id") REFERENCES "institution" ("id") ON DELETE RESTRICT, FOREIGN KEY ("created_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, FOREIGN KEY ("used_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK ((used_at is null) = (used_by_id is null)));;
CREATE TABLE "long_task" ("id" INTEGER NOT NULL PRIMARY KEY, "office_id" INTEGER NOT NULL, "kind" VARCHAR(24) NOT NULL, "title" VARCHAR(160) NOT NULL, "state" VARCHAR(10) NOT NULL, "total" INTEGER NOT NULL, "done" INTEGER NOT NULL, "filename" VARCHAR(200) NOT NULL, "stored_as" VARCHAR(64) NOT NULL, "result" VARCHAR(64) NOT NULL, "data" TEXT NOT NULL, "error" VARCHAR(300) NOT NULL, "created_by_id" INTEGER NOT NULL, "created_at" DATETIME NOT NULL, "finished_at" DATETIME, "version" INTEGER NOT NULL, FOREIGN KEY ("office_id") REFERENCES "office" ("id") ON DELETE RESTRICT, FOREIGN KEY ("created_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK (state in ('waiting', 'running', 'checked', 'done', 'failed', 'cancelled')), CHECK (done >= 0), CHECK (total >= 0));;
CREATE TABLE "membership" ("id" INTEGER NOT NULL PRIMARY KEY, "user_id" INTEGER NOT NULL, "institution_id" INTEGER NOT NULL, "ended_on" DATE, FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE RESTRICT, FOREIGN KEY ("institution_id") REFERENCES "institution" ("id") ON DELETE RESTRICT);;
CREATE TABLE "suspension" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "kind" VARCHAR(10) NOT NULL, "state" VARCHAR(10) NOT NULL, "grounds" TEXT NOT NULL, "evidence" TEXT NOT NULL, "decided_by" VARCHAR(60) NOT NULL, "decided_on" DATE NOT NULL, "starts_on" DATE NOT NULL, "ends_on" DATE, "resume_asked_on" DATE, "over_on" DATE, "over_reason" VARCHAR(200) NOT NULL, "step_id" INTEGER, "document_id" INTEGER, "version" INTEGER NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("step_id") REFERENCES "step_taken" ("id") ON DELETE RESTRICT, FOREIGN KEY ("document_id") REFERENCES "document" ("id") ON DELETE RESTRICT, CHECK (kind in ('imposed', 'requested', 'entity')), CHECK (state in ('planned', 'active', 'ended', 'lapsed', 'converted', 'cancelled')), CHECK (ends_on is null or ends_on >= starts_on), CHECK ((state in ('planned', 'active')) = (over_on is null)));;
CREATE TABLE "rectification_item" ("id" INTEGER NOT NULL PRIMARY KEY, "suspension_id" INTEGER NOT NULL, "text" VARCHAR(300) NOT NULL, "due_on" DATE, "state" VARCHAR(12) NOT NULL, "checked_on" DATE, "note" VARCHAR(200) NOT NULL, "marked_by_id" INTEGER, "version" INTEGER NOT NULL, FOREIGN KEY ("suspension_id") REFERENCES "suspension" ("id") ON DELETE RESTRICT, FOREIGN KEY ("marked_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK (state in ('required', 'done', 'insufficient')), CHECK ((state = 'required') = (checked_on is null)));;
CREATE TABLE "replacement" ("id" INTEGER NOT NULL PRIMARY KEY, "entry_id" INTEGER NOT NULL, "exit_id" INTEGER NOT NULL, "made_on" DATE NOT NULL, "made_by_id" INTEGER NOT NULL, "note" VARCHAR(200) NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("entry_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("exit_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("made_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK (entry_id <> exit_id));;
CREATE TABLE "staff" ("id" INTEGER NOT NULL PRIMARY KEY, "institution_id" INTEGER NOT NULL, "person_id" INTEGER NOT NULL, "gender" VARCHAR(4) NOT NULL, "category" VARCHAR(20) NOT NULL, "title" VARCHAR(40) NOT NULL, "department" VARCHAR(40) NOT NULL, "remark" VARCHAR(40) NOT NULL, "is_registered_here" INTEGER NOT NULL, "is_insurance_manager" INTEGER NOT NULL, "is_full_time" INTEGER NOT NULL, "contract_from" DATE, "contract_until" DATE, "insured_code" VARCHAR(30) NOT NULL, "insured_since" DATE, "left_on" DATE, "version" INTEGER NOT NULL, FOREIGN KEY ("institution_id") REFERENCES "institution" ("id") ON DELETE RESTRICT, FOREIGN KEY ("person_id") REFERENCES "person" ("id") ON DELETE RESTRICT, CHECK (contract_from is null or contract_until is null or contract_until >= contract_from));;
CREATE TABLE "rights_block" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "scope" VARCHAR(12) NOT NULL, "subject" VARCHAR(80) NOT NULL, "staff_id" INTEGER, "is_final" INTEGER NOT NULL, "from_on" DATE NOT NULL, "until_on" DATE, "reason" TEXT NOT NULL, "decided_by" VARCHAR(60) NOT NULL, "lifted_on" DATE, "lifted_reason" VARCHAR(200) NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("staff_id") REFERENCES "staff" ("id") ON DELETE RESTRICT, CHECK (scope in ('category', 'department', 'person')), CHECK (until_on is null or until_on >= from_on), CHECK (not is_final or until_on is null), CHECK ((lifted_on is null) = (lifted_reason = '')));;
CREATE TABLE "rule_note" ("id" INTEGER NOT NULL PRIMARY KEY, "book" VARCHAR(60) NOT NULL, "row" VARCHAR(80) NOT NULL, "text" TEXT NOT NULL, "source" VARCHAR(120) NOT NULL, "written_by_id" INTEGER NOT NULL, "written_at" DATETIME NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("written_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT);;
CREATE TABLE "service_category" ("id" INTEGER NOT NULL PRIMARY KEY, "office_id" INTEGER NOT NULL, "label" VARCHAR(60) NOT NULL, "is_active" INTEGER NOT NULL, "version" INTEGER NOT NULL, FOREIGN KEY ("office_id") REFERENCES "office" ("id") ON DELETE RESTRICT);;
CREATE TABLE "settlement_import" ("id" INTEGER NOT NULL PRIMARY KEY, "office_id" INTEGER NOT NULL, "filename" VARCHAR(200) NOT NULL, "as_of" DATE NOT NULL, "rows" INTEGER NOT NULL, "changed" INTEGER NOT NULL, "failed" INTEGER NOT NULL, "imported_by_id" INTEGER NOT NULL, "imported_at" DATETIME NOT NULL, FOREIGN KEY ("office_id") REFERENCES "office" ("id") ON DELETE RESTRICT, FOREIGN KEY ("imported_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT);;
CREATE TABLE "settlement_day" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "settled_on" DATE NOT NULL, "source_id" INTEGER, "recorded_by_id" INTEGER NOT NULL, "recorded_at" DATETIME NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("source_id") REFERENCES "settlement_import" ("id") ON DELETE RESTRICT, FOREIGN KEY ("recorded_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT);;
CREATE TABLE "termination" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "grounds" TEXT NOT NULL, "evidence" TEXT NOT NULL, "decided_by" VARCHAR(60) NOT NULL, "decided_on" DATE NOT NULL, "effective_on" DATE NOT NULL, "ban_class" VARCHAR(12) NOT NULL, "ban_reason" VARCHAR(300) NOT NULL, "is_by_persons" INTEGER NOT NULL, "is_duty_open" INTEGER NOT NULL, "step_id" INTEGER, "document_id" INTEGER, "revoked_at" DATETIME, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("step_id") REFERENCES "step_taken" ("id") ON DELETE RESTRICT, FOREIGN KEY ("document_id") REFERENCES "document" ("id") ON DELETE RESTRICT, CHECK (ban_class in ('none', 'illegality', 'breach')));;
"""

REBUILT = """
CREATE TABLE "office" ("id" INTEGER NOT NULL PRIMARY KEY, "name" VARCHAR(80) NOT NULL, "code" VARCHAR(20) NOT NULL, "level" VARCHAR(10) NOT NULL, "parent_id" INTEGER, "region" VARCHAR(40) NOT NULL, "district" VARCHAR(40) NOT NULL, "address" VARCHAR(120) NOT NULL, "phone" VARCHAR(30) NOT NULL, "closing_time" VARCHAR(5) NOT NULL, "department" VARCHAR(80) NOT NULL, "is_set_up" INTEGER NOT NULL, "version" INTEGER NOT NULL, "division" VARCHAR(6) NOT NULL, "hours" VARCHAR(120) NOT NULL, "directions" VARCHAR(160) NOT NULL, "website" VARCHAR(120) NOT NULL, "complaint_phone" VARCHAR(30) NOT NULL, "hides_officers" INTEGER NOT NULL, FOREIGN KEY ("parent_id") REFERENCES "office" ("id") ON DELETE RESTRICT, CHECK (level in ('city', 'county')), CHECK (level = 'county' or parent_id is null));;
CREATE TABLE "institution" ("id" INTEGER NOT NULL PRIMARY KEY, "office_id" INTEGER NOT NULL, "kind" VARCHAR(10) NOT NULL, "name" VARCHAR(120) NOT NULL, "search_key" VARCHAR(300) NOT NULL, "uscc" VARCHAR(18) NOT NULL, "licence_no" VARCHAR(40) NOT NULL, "national_code" VARCHAR(12) NOT NULL, "category" VARCHAR(40) NOT NULL, "grade" VARCHAR(20) NOT NULL, "ownership" VARCHAR(20) NOT NULL, "is_public" INTEGER NOT NULL, "is_for_profit" INTEGER, "business_model" VARCHAR(10) NOT NULL, "beds" INTEGER, "address" VARCHAR(160) NOT NULL, "operating_since" DATE, "contact" VARCHAR(40) NOT NULL, "phone" VARCHAR(30) NOT NULL, "legal_representative_id" INTEGER, "principal_id" INTEGER, "controller_id" INTEGER, "version" INTEGER NOT NULL, "profile" TEXT NOT NULL, "parent_id" INTEGER, "settlement_id" INTEGER, "approved_on" DATE, FOREIGN KEY ("office_id") REFERENCES "office" ("id") ON DELETE RESTRICT, FOREIGN KEY ("legal_representative_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("principal_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("controller_id") REFERENCES "person" ("id") ON DELETE RESTRICT, FOREIGN KEY ("parent_id") REFERENCES "institution" ("id") ON DELETE RESTRICT, FOREIGN KEY ("settlement_id") REFERENCES "institution" ("id") ON DELETE RESTRICT, CHECK (kind in ('medical', 'pharmacy')), CHECK (beds is null or beds >= 0), CHECK (parent_id is null or parent_id <> id), CHECK (settlement_id is null or settlement_id <> id));;
CREATE TABLE "case" ("id" INTEGER NOT NULL PRIMARY KEY, "number" VARCHAR(20) NOT NULL, "matter" VARCHAR(20) NOT NULL, "office_id" INTEGER NOT NULL, "institution_id" INTEGER NOT NULL, "book" VARCHAR(60) NOT NULL, "region" VARCHAR(40) NOT NULL, "options" TEXT NOT NULL, "state" VARCHAR(30) NOT NULL, "held_state" VARCHAR(30) NOT NULL, "flag" VARCHAR(20) NOT NULL, "round" INTEGER NOT NULL, "handler_id" INTEGER, "origin_id" INTEGER, "is_on_behalf" INTEGER NOT NULL, "opened_on" DATE NOT NULL, "stage_on" DATE NOT NULL, "closed_on" DATE, "version" INTEGER NOT NULL, FOREIGN KEY ("office_id") REFERENCES "office" ("id") ON DELETE RESTRICT, FOREIGN KEY ("institution_id") REFERENCES "institution" ("id") ON DELETE RESTRICT, FOREIGN KEY ("handler_id") REFERENCES "user" ("id") ON DELETE RESTRICT, FOREIGN KEY ("origin_id") REFERENCES "case" ("id") ON DELETE RESTRICT, CHECK (matter in ('application', 'agreement', 'change', 'exit')), CHECK (state in ('draft', 'filed', 'correction_requested', 'accepted', 'desk_review', 'on_site', 'result_pending', 'rectification', 'qualified', 'public_notice', 'notice_investigation', 'proposed_pass', 'city_review', 'final_decision', 'listed', 'supervision_notice', 'negotiation', 'signing', 'designated', 'abandoned_correction', 'refused', 'withdrawn', 'rejected_fraud', 'failed_final', 'abandoned_rectification', 'not_selected', 'not_agreed', 'abandoned_signing', 'abandoned_commitment', 'new', 'active', 'extended', 'expired', 'renewed', 'not_begun', 'annulled', 'suspended_imposed', 'suspended_requested', 'suspended_entity', 'lapsed_180', 'terminated', 'exit_draft', 'exit_filed', 'approved', 'carried_out', 'exit_refused', 'exit_withdrawn', 'change_draft', 'change_filed', 'change_checking', 'entity_evaluation', 'change_confirmed', 'change_refused', 'change_withdrawn', 'change_notified')), CHECK (round >= 1), CHECK (closed_on is not null or handler_id is not null));;
CREATE TABLE "agreement" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "document_id" INTEGER, "signed_on" DATE NOT NULL, "starts_on" DATE NOT NULL, "ends_on" DATE NOT NULL, "term_reason" VARCHAR(200) NOT NULL, "text_version" VARCHAR(60) NOT NULL, "own_number" VARCHAR(60) NOT NULL, "counts_from" DATE, "last_settled_on" DATE, "idle_since" DATE, "is_renewal_open" INTEGER NOT NULL, "renewal_basis" VARCHAR(200) NOT NULL, "renewal_approved_by" VARCHAR(40) NOT NULL, "renewal_opened_on" DATE, "version" INTEGER NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("document_id") REFERENCES "document" ("id") ON DELETE RESTRICT, CHECK (ends_on >= starts_on), CHECK (counts_from is null or counts_from <= starts_on), CHECK (not is_renewal_open or (renewal_basis <> '' and renewal_approved_by <> '')));;
CREATE TABLE "application" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "types" TEXT NOT NULL, "features" TEXT NOT NULL, "counts" TEXT NOT NULL, "operating_since" DATE, "applied_on" DATE, "contact" VARCHAR(40) NOT NULL, "phone" VARCHAR(30) NOT NULL, "other_type" VARCHAR(60) NOT NULL, "note" TEXT NOT NULL, "version" INTEGER NOT NULL, "answers" TEXT NOT NULL, "tables" TEXT NOT NULL, "draft" TEXT NOT NULL, "channel" VARCHAR(8) NOT NULL, "policy" VARCHAR(20) NOT NULL, "policy_reason" VARCHAR(300) NOT NULL, "is_old_policy" INTEGER NOT NULL, "forecast" INTEGER, "forecast_opinion" VARCHAR(300) NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, CHECK (channel in ('window', 'online')), CHECK (policy in ('', 'regional_centre', 'national_policy', 'major_project')), CHECK ((policy = '') = (policy_reason = '')));;
CREATE TABLE "case_material" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "key" VARCHAR(20) NOT NULL, "no" INTEGER NOT NULL, "title" VARCHAR(300) NOT NULL, "state" VARCHAR(16) NOT NULL, "received_on" DATE, "is_original_seen" INTEGER NOT NULL, "note" VARCHAR(200) NOT NULL, "marked_by_id" INTEGER, "marked_at" DATETIME, "version" INTEGER NOT NULL, "is_extra" INTEGER NOT NULL, "basis" VARCHAR(120) NOT NULL, "original_seen_on" DATE, "original_seen_by_id" INTEGER, "asked_on" DATE, "answered_on" DATE, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("marked_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, FOREIGN KEY ("original_seen_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK (state in ('pending', 'received', 'missing', 'not_applicable')), CHECK ((state = 'received') = (received_on is not null)), CHECK (is_original_seen = (original_seen_on is not null)), CHECK (answered_on is null or asked_on is not null));;
CREATE TABLE "attachment" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "material_id" INTEGER, "document_id" INTEGER, "purpose" VARCHAR(20) NOT NULL, "filename" VARCHAR(200) NOT NULL, "stored_as" VARCHAR(64) NOT NULL, "content_type" VARCHAR(80) NOT NULL, "size" INTEGER NOT NULL, "sha256" VARCHAR(64) NOT NULL, "uploaded_by_id" INTEGER NOT NULL, "uploaded_at" DATETIME NOT NULL, "removed_at" DATETIME, "removed_reason" VARCHAR(200) NOT NULL, "replaces_id" INTEGER, "source_id" INTEGER, "valid_until" DATE, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("material_id") REFERENCES "case_material" ("id") ON DELETE RESTRICT, FOREIGN KEY ("document_id") REFERENCES "document" ("id") ON DELETE RESTRICT, FOREIGN KEY ("uploaded_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT, FOREIGN KEY ("replaces_id") REFERENCES "attachment" ("id") ON DELETE RESTRICT, FOREIGN KEY ("source_id") REFERENCES "attachment" ("id") ON DELETE RESTRICT);;
CREATE TABLE "case_sheet" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "sheet" VARCHAR(30) NOT NULL, "stage" VARCHAR(10) NOT NULL, "round" INTEGER NOT NULL, "visited_on" DATE, "remark" TEXT NOT NULL, "version" INTEGER NOT NULL, "feedback_on" DATE, "feedback_to" VARCHAR(40) NOT NULL, "feedback" TEXT NOT NULL, "report" TEXT NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, CHECK (stage in ('desk', 'on_site')), CHECK ((feedback_on is null) = (feedback_to = '')));;
CREATE TABLE "group_member" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "round" INTEGER NOT NULL, "user_id" INTEGER NOT NULL, "field" VARCHAR(20) NOT NULL, "pledged_at" DATETIME, "left_at" DATETIME, "team" INTEGER, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE RESTRICT);;
CREATE TABLE "negotiation" ("id" INTEGER NOT NULL PRIMARY KEY, "case_id" INTEGER NOT NULL, "held_on" DATE NOT NULL, "place" VARCHAR(80) NOT NULL, "negotiators" VARCHAR(200) NOT NULL, "counterparts" VARCHAR(200) NOT NULL, "subject" VARCHAR(200) NOT NULL, "content" TEXT NOT NULL, "opinion" TEXT NOT NULL, "topics" TEXT NOT NULL, "is_agreed" INTEGER NOT NULL, "recorded_by_id" INTEGER NOT NULL, "recorded_at" DATETIME NOT NULL, FOREIGN KEY ("case_id") REFERENCES "case" ("id") ON DELETE RESTRICT, FOREIGN KEY ("recorded_by_id") REFERENCES "user" ("id") ON DELETE RESTRICT);;
CREATE TABLE "user_role" ("id" INTEGER NOT NULL PRIMARY KEY, "user_id" INTEGER NOT NULL, "role" VARCHAR(16) NOT NULL, FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE RESTRICT, CHECK (role in ('clerk', 'reviewer', 'agreement', 'manager', 'leader', 'city', 'provider', 'provider_admin', 'admin', 'auditor', 'system')));;
"""

INDEXES = """
CREATE INDEX "office_parent_id" ON "office" ("parent_id");;
CREATE UNIQUE INDEX "office_code" ON "office" ("code");;
CREATE INDEX "institution_office_id" ON "institution" ("office_id");;
CREATE INDEX "institution_legal_representative_id" ON "institution" ("legal_representative_id");;
CREATE INDEX "institution_principal_id" ON "institution" ("principal_id");;
CREATE INDEX "institution_controller_id" ON "institution" ("controller_id");;
CREATE INDEX "institution_parent_id" ON "institution" ("parent_id");;
CREATE INDEX "institution_settlement_id" ON "institution" ("settlement_id");;
CREATE UNIQUE INDEX "institution_once" ON "institution" ("uscc", "licence_no");;
CREATE INDEX "institution_search" ON "institution" ("office_id", "search_key");;
CREATE INDEX "case_office_id" ON "case" ("office_id");;
CREATE INDEX "case_institution_id" ON "case" ("institution_id");;
CREATE INDEX "case_handler_id" ON "case" ("handler_id");;
CREATE INDEX "case_origin_id" ON "case" ("origin_id");;
CREATE UNIQUE INDEX "case_number" ON "case" ("office_id", "number");;
CREATE INDEX "case_open_state" ON "case" ("office_id", "state") WHERE ("closed_on" IS NULL);;
CREATE UNIQUE INDEX "case_one_open_application" ON "case" ("institution_id") WHERE (("closed_on" IS NULL) AND ("matter" = 'application'));;
CREATE INDEX "agreement_case_id" ON "agreement" ("case_id");;
CREATE INDEX "agreement_document_id" ON "agreement" ("document_id");;
CREATE UNIQUE INDEX "agreement_case" ON "agreement" ("case_id");;
CREATE INDEX "application_case_id" ON "application" ("case_id");;
CREATE UNIQUE INDEX "application_case" ON "application" ("case_id");;
CREATE INDEX "case_material_case_id" ON "case_material" ("case_id");;
CREATE INDEX "case_material_marked_by_id" ON "case_material" ("marked_by_id");;
CREATE INDEX "case_material_original_seen_by_id" ON "case_material" ("original_seen_by_id");;
CREATE UNIQUE INDEX "case_material_once" ON "case_material" ("case_id", "key");;
CREATE INDEX "attachment_case_id" ON "attachment" ("case_id");;
CREATE INDEX "attachment_material_id" ON "attachment" ("material_id");;
CREATE INDEX "attachment_document_id" ON "attachment" ("document_id");;
CREATE INDEX "attachment_uploaded_by_id" ON "attachment" ("uploaded_by_id");;
CREATE INDEX "attachment_replaces_id" ON "attachment" ("replaces_id");;
CREATE INDEX "attachment_source_id" ON "attachment" ("source_id");;
CREATE UNIQUE INDEX "attachment_stored_as" ON "attachment" ("stored_as");;
CREATE INDEX "capacity_estimate_office_id" ON "capacity_estimate" ("office_id");;
CREATE INDEX "capacity_estimate_written_by_id" ON "capacity_estimate" ("written_by_id");;
CREATE INDEX "case_check_case_id" ON "case_check" ("case_id");;
CREATE INDEX "case_check_marked_by_id" ON "case_check" ("marked_by_id");;
CREATE UNIQUE INDEX "case_check_once" ON "case_check" ("case_id", "list", "key");;
CREATE INDEX "case_sheet_case_id" ON "case_sheet" ("case_id");;
CREATE UNIQUE INDEX "case_sheet_once" ON "case_sheet" ("case_id", "stage", "round");;
CREATE INDEX "change_request_case_id" ON "change_request" ("case_id");;
CREATE INDEX "change_request_agreement_id" ON "change_request" ("agreement_id");;
CREATE UNIQUE INDEX "change_request_case" ON "change_request" ("case_id");;
CREATE INDEX "credential_institution_id" ON "credential" ("institution_id");;
CREATE INDEX "credential_expiry" ON "credential" ("valid_until") WHERE ("ended_on" IS NULL);;
CREATE INDEX "dispute_institution_id" ON "dispute" ("institution_id");;
CREATE INDEX "dispute_office_id" ON "dispute" ("office_id");;
CREATE INDEX "dispute_case_id" ON "dispute" ("case_id");;
CREATE INDEX "dispute_recorded_by_id" ON "dispute" ("recorded_by_id");;
CREATE INDEX "exit_request_case_id" ON "exit_request" ("case_id");;
CREATE INDEX "exit_request_agreement_id" ON "exit_request" ("agreement_id");;
CREATE UNIQUE INDEX "exit_request_case" ON "exit_request" ("case_id");;
CREATE INDEX "extra_condition_office_id" ON "extra_condition" ("office_id");;
CREATE INDEX "follow_up_case_id" ON "follow_up" ("case_id");;
CREATE INDEX "follow_up_institution_id" ON "follow_up" ("institution_id");;
CREATE INDEX "follow_up_person_id" ON "follow_up" ("person_id");;
CREATE INDEX "follow_up_done_by_id" ON "follow_up" ("done_by_id");;
CREATE INDEX "former_value_institution_id" ON "former_value" ("institution_id");;
CREATE INDEX "former_value_recorded_by_id" ON "former_value" ("recorded_by_id");;
CREATE INDEX "fund_year_office_id" ON "fund_year" ("office_id");;
CREATE UNIQUE INDEX "fund_year_once" ON "fund_year" ("office_id", "year");;
CREATE INDEX "group_member_case_id" ON "group_member" ("case_id");;
CREATE INDEX "group_member_user_id" ON "group_member" ("user_id");;
CREATE UNIQUE INDEX "group_member_once" ON "group_member" ("case_id", "round", "user_id") WHERE ("left_at" IS NULL);;
CREATE INDEX "handling_institution_id" ON "handling" ("institution_id");;
CREATE INDEX "handling_office_id" ON "handling" ("office_id");;
CREATE INDEX "handling_recorded_by_id" ON "handling" ("recorded_by_id");;
CREATE INDEX "invitation_institution_id" ON "invitation" ("institution_id");;
CREATE INDEX "invitation_created_by_id" ON "invitation" ("created_by_id");;
CREATE INDEX "invitation_used_by_id" ON "invitation" ("used_by_id");;
CREATE UNIQUE INDEX "invitation_digest" ON "invitation" ("digest");;
CREATE INDEX "long_task_office_id" ON "long_task" ("office_id");;
CREATE INDEX "long_task_created_by_id" ON "long_task" ("created_by_id");;
CREATE INDEX "membership_user_id" ON "membership" ("user_id");;
CREATE INDEX "membership_institution_id" ON "membership" ("institution_id");;
CREATE UNIQUE INDEX "membership_once" ON "membership" ("user_id", "institution_id") WHERE ("ended_on" IS NULL);;
CREATE INDEX "negotiation_case_id" ON "negotiation" ("case_id");;
CREATE INDEX "negotiation_recorded_by_id" ON "negotiation" ("recorded_by_id");;
CREATE INDEX "suspension_case_id" ON "suspension" ("case_id");;
CREATE INDEX "suspension_step_id" ON "suspension" ("step_id");;
CREATE INDEX "suspension_document_id" ON "suspension" ("document_id");;
CREATE UNIQUE INDEX "suspension_one_open" ON "suspension" ("case_id") WHERE ("over_on" IS NULL);;
CREATE INDEX "rectification_item_suspension_id" ON "rectification_item" ("suspension_id");;
CREATE INDEX "rectification_item_marked_by_id" ON "rectification_item" ("marked_by_id");;
CREATE INDEX "replacement_entry_id" ON "replacement" ("entry_id");;
CREATE INDEX "replacement_exit_id" ON "replacement" ("exit_id");;
CREATE INDEX "replacement_made_by_id" ON "replacement" ("made_by_id");;
CREATE UNIQUE INDEX "replacement_entry" ON "replacement" ("entry_id");;
CREATE UNIQUE INDEX "replacement_exit" ON "replacement" ("exit_id");;
CREATE INDEX "staff_institution_id" ON "staff" ("institution_id");;
CREATE INDEX "staff_person_id" ON "staff" ("person_id");;
CREATE UNIQUE INDEX "staff_once" ON "staff" ("institution_id", "person_id") WHERE ("left_on" IS NULL);;
CREATE INDEX "rights_block_case_id" ON "rights_block" ("case_id");;
CREATE INDEX "rights_block_staff_id" ON "rights_block" ("staff_id");;
CREATE INDEX "rule_note_written_by_id" ON "rule_note" ("written_by_id");;
CREATE UNIQUE INDEX "rule_note_once" ON "rule_note" ("book", "row");;
CREATE INDEX "service_category_office_id" ON "service_category" ("office_id");;
CREATE UNIQUE INDEX "service_category_once" ON "service_category" ("office_id", "label");;
CREATE INDEX "settlement_import_office_id" ON "settlement_import" ("office_id");;
CREATE INDEX "settlement_import_imported_by_id" ON "settlement_import" ("imported_by_id");;
CREATE INDEX "settlement_day_case_id" ON "settlement_day" ("case_id");;
CREATE INDEX "settlement_day_source_id" ON "settlement_day" ("source_id");;
CREATE INDEX "settlement_day_recorded_by_id" ON "settlement_day" ("recorded_by_id");;
CREATE INDEX "settlement_day_case" ON "settlement_day" ("case_id", "id");;
CREATE INDEX "termination_case_id" ON "termination" ("case_id");;
CREATE INDEX "termination_step_id" ON "termination" ("step_id");;
CREATE INDEX "termination_document_id" ON "termination" ("document_id");;
CREATE UNIQUE INDEX "termination_once" ON "termination" ("case_id") WHERE ("revoked_at" IS NULL);;
CREATE INDEX "user_role_user_id" ON "user_role" ("user_id");;
CREATE UNIQUE INDEX "user_role_once" ON "user_role" ("user_id", "role");;
"""

# What new columns hold in rows that were there before; a column not named here is null.
FILLED = {
    "case": {
        "flag": "''",
    },
    "negotiation": {
        "topics": "'[]'",
    },
    "office": {
        "division": "''",
        "hours": "''",
        "directions": "''",
        "website": "''",
        "complaint_phone": "''",
        "hides_officers": "1",
    },
    "institution": {
        "profile": "'{}'",
    },
    "application": {
        "answers": "'{}'",
        "tables": "'{}'",
        "draft": "'{}'",
        "channel": "'window'",
        "policy": "''",
        "policy_reason": "''",
        "is_old_policy": "0",
        "forecast_opinion": "''",
    },
    "case_material": {
        "is_extra": "0",
        "basis": "''",
        "original_seen_on": "case when is_original_seen then coalesce(received_on, date(marked_at)) end",
        "original_seen_by_id": "case when is_original_seen then marked_by_id end",
    },
    "agreement": {
        "own_number": "''",
    },
    "case_sheet": {
        "feedback_to": "''",
        "feedback": "''",
        "report": "''",
    },
}


def up(migrator, db):  # noqa: ARG001
    for statement in _split(CREATED):
        db.execute_sql(statement)
    for statement in _split(REBUILT):
        _rebuild(db, statement)
    for statement in _split(INDEXES):
        db.execute_sql(statement)


def _split(text):
    return [part.strip() for part in text.split(";;") if part.strip()]


def _rebuild(db, statement):
    table = statement.split('"')[1]
    filled = FILLED.get(table, {})
    db.execute_sql(statement.replace(f'"{table}"', '"rebuilt"', 1))
    before = {row[1] for row in db.execute_sql(f'pragma table_info("{table}")').fetchall()}
    after = [row[1] for row in db.execute_sql('pragma table_info("rebuilt")').fetchall()]
    names = [name for name in after if name in before or name in filled]
    into = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(f'"{name}"' if name in before else filled[name] for name in names)
    db.execute_sql(f'insert into "rebuilt" ({into}) select {values} from "{table}"')  # noqa: S608
    db.execute_sql(f'drop table "{table}"')
    db.execute_sql(f'alter table "rebuilt" rename to "{table}"')
