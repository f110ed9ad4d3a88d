assessment_member AS m ON m.office_id = r.office_ref
