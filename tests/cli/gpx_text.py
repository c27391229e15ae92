"""A run as GPX."""

from datetime import timedelta


def gpx_text(start, name="Morning run", km=8.2, north=48.1):
    """A GPX run at 6:00 min/km that starts at an aware moment."""
    points = []
    for step in range(round(km * 20) + 1):
        moment = start + timedelta(seconds=18 * step)
        lat = north + step * 0.05 / 111.32
        points.append(f'<trkpt lat="{lat:.6f}" lon="11.5"><time>{moment:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>')
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><name>{name}</name><type>running</type><trkseg>{''.join(points)}</trkseg></trk></gpx>"
    )
