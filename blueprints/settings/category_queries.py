"""The categories of service an office keeps."""

from models import Office, ServiceCategory


def category_of(category_id: int, office: Office) -> ServiceCategory | None:
    """Return one category of the office, or None."""
    return ServiceCategory.get_or_none(ServiceCategory.id == category_id, ServiceCategory.office == office)
