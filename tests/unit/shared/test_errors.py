"""What an expected failure answers with."""

from shared.errors import BadRequest, FunctionError, KubernetesApiError, OciServiceError, tree


def test_an_error_without_a_fix_gives_the_remedy_of_its_class_and_empty_fields_are_left_out() -> None:
    body = OciServiceError("broken", status=500, code="InternalError", opc_request_id="abc").to_body()
    assert body == {
        "error": {
            "reason": "oci-service-error",
            "message": "broken",
            "fix": OciServiceError.remedy,
            "status": "500",
            "code": "InternalError",
            "opc-request-id": "abc",
        }
    }


def test_every_error_has_a_reason_of_its_own_with_meaning_and_remedy() -> None:
    classes = [error for error in tree() if error.__module__ == "shared.errors"]
    assert len({error.reason for error in classes}) == len(classes)
    assert all(error.meaning and error.remedy for error in classes)
    assert issubclass(BadRequest, FunctionError)


def test_an_errors_own_fix_comes_before_the_remedy_of_its_class() -> None:
    assert BadRequest("no", fix="send a name", field="name").to_body() == {
        "error": {"reason": "bad-request", "message": "no", "fix": "send a name", "field": "name"}
    }


def test_a_cluster_has_no_request_id_of_oci_but_the_key_is_there() -> None:
    body = KubernetesApiError("no", status=403, code="Forbidden", audit_id="a-1", path="/api").body()
    assert (body["audit-id"], body["opc-request-id"], body["status"]) == ("a-1", "", "403")
